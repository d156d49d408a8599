// `search`: what a registry has by a name. Asked by mini-registry, shown here. See registry_commands.h.
#include <fmt/format.h>

#include "base/sys/fd.h"
#include "base/text/text.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/cli/listing.h"
#include "mini-container/cli/registry_commands.h"

namespace cli {

namespace {

struct SearchOptions {
  std::string term;
  int limit = 25;
  bool whole = false, insecure = false;
  std::vector<std::string> filters;
  std::string format;
};

bool fits(const Json& one, const FilterValues& filters) {
  for (const auto& [key, values] : filters) {
    const std::string& value = values.back();
    if (key == "stars") {
      const auto stars = text::number<long>(value);
      if (!stars) throw std::invalid_argument(fmt::format("invalid filter 'stars={}'", value));
      if (one["StarCount"] < *stars) return false;
      continue;
    }
    const bool yes = value == "true" || value == "1";
    if (!yes && value != "false" && value != "0")
      throw std::invalid_argument(fmt::format("invalid filter '{}={}'. Next: true or false", key, value));
    if (one[key == "is-official" ? "IsOfficial" : "IsAutomated"] != yes) return false;
  }
  return true;
}

// As Docker: 45 places, of which the last says that there is more.
std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 45;
  std::size_t end = 0;
  for (std::size_t places = 0; end < text.size(); ++places) {
    if (places == kLongest - 1 && text.size() - end > 1) return text.substr(0, end) + "…";
    for (++end; end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;)
      ++end;
  }
  return text;
}

std::string found_text(const Json& found, const SearchOptions& options) {
  Listing listing = {{{"Name", "NAME"},
                      {"Description", "DESCRIPTION"},
                      {"StarCount", "STARS"},
                      {"IsOfficial", "OFFICIAL"},
                      {"IsAutomated", "AUTOMATED"}},
                     {"Name", "Description", "StarCount", "IsOfficial", "IsAutomated"},
                     {}};
  const FilterValues filters = filter_values(options.filters, {"is-official", "is-automated", "stars"});
  for (const Json& one : found) {
    if (!fits(one, filters)) continue;
    const std::string description = one["Description"];
    const auto mark = [&](const char* name) { return one[name] == true ? "[OK]" : ""; };
    listing.rows.push_back({{"Name", one["Name"]},
                            {"Description", options.whole ? description : shortened(description)},
                            {"StarCount", std::to_string(one["StarCount"].get<long>())},
                            {"IsOfficial", mark("IsOfficial")},
                            {"IsAutomated", mark("IsAutomated")}});
  }
  return listing_text(listing, options.format);
}

}  // namespace

void add_search(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"search", "Look for images in a registry",
            "search localhost:5000/app\nsearch --limit 5 --filter stars=100 redis\n"
            "search --format '{{.Name}}' localhost:5000/",
            "GET /v1/search, which Docker's own registry has, else GET /v2/_catalog, the names of all "
            "repositories of a registry, of which those that hold the word are shown."});
  const auto options = std::make_shared<SearchOptions>();
  command->add_option("TERM", options->term, "[host[:port]/]WORD")->required();
  command->add_option("--limit", options->limit, "At most so many, 1 to 100")->capture_default_str();
  command->add_flag("--no-trunc", options->whole, "Whole descriptions");
  command->add_option("-f,--filter", options->filters, "is-official=BOOL, is-automated=BOOL, stars=NUMBER")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--format", options->format, kFormatHelp);
  command->add_flag("--insecure", options->insecure, "Take any certificate, or plain http");
  command->callback([options, &context] {
    constexpr int kMost = 100;
    if (options->limit < 1 || options->limit > kMost)
      throw std::invalid_argument(fmt::format("limit {} is outside the range of [1, 100]", options->limit));
    std::vector<std::string> words = {"search", "--limit", std::to_string(options->limit)};
    if (options->insecure) words.emplace_back("--insecure");
    words.push_back(options->term);
    const sys::UniqueFd answer = sys::memfd_create("search");
    context.exit_code = run_registry(words, "", answer.get());
    if (context.exit_code != 0) return;
    sys::rewind(answer.get());
    print(found_text(Json::parse(sys::read_to_end(answer.get())), *options));
  });
}

}  // namespace cli
