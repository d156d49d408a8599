// `ps`: containers as a table, as ids, or as --format says. See commands.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/filter.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/network/ports.h"

namespace cli {

namespace {

using engine::Container;

struct PsOptions {
  bool all = false;
  bool quiet = false;
  bool whole = false;
  bool latest = false;
  bool size = false;
  int last = 0;
  std::vector<std::string> filters;
  std::string format;
};

// Quoted, as Go quotes it; words with blanks in apostrophes.
std::string command_text(const Container& container, bool whole) {
  constexpr std::size_t kLongest = 20;
  std::string text;
  for (const std::string& word : container.settings.args) {
    const char* mark = word.find(' ') == std::string::npos ? "" : "'";
    text += fmt::format("{}{}{}{}", text.empty() ? "" : " ", mark, word, mark);
  }
  if (!whole && text.size() > kLongest) text = text.substr(0, kLongest - 1) + "…";
  std::string quoted;
  for (const char letter : text)
    quoted += letter == '\n'                    ? "\\n"
              : letter == '"' || letter == '\\' ? std::string{'\\', letter}
                                                : std::string{letter};
  return "\"" + quoted + "\"";
}

// "0.0.0.0:8080->80/tcp, 443/tcp": published ones, and those that are only exposed.
std::string ports_text(const Container& container) {
  std::vector<std::string> shown;
  if (!container.running()) return {};
  std::vector<std::string> closed = container.settings.exposed;
  for (const std::string& text : container.published) {
    const network::PortMapping port = network::parse_port(text);
    const std::string inside = network::container_end(port);
    shown.push_back(network::host_end(port) + "->" + inside);
    std::erase(closed, inside);
  }
  shown.insert(shown.end(), closed.begin(), closed.end());
  return fmt::format("{}", fmt::join(shown, ", "));
}

std::string mounts_text(const Container& container) {
  std::vector<std::string> shown;
  for (const std::string& text : container.settings.volumes) {
    const std::string source = engine::parse_volume(text).source;
    shown.push_back(engine::is_id(source) ? engine::short_id(source) + "…" : source);
  }
  return fmt::format("{}", fmt::join(shown, ","));
}

std::ptrdiff_t named_volumes(const Container& container) {
  const auto& volumes = container.settings.volumes;
  return std::count_if(volumes.begin(), volumes.end(),
                       [](const std::string& text) { return engine::parse_volume(text).named(); });
}

std::string networks_text(const Container& container) {
  const auto requests = engine::networks_of(container.settings);
  std::vector<std::string> names;
  names.reserve(requests.size());
  for (const engine::NetworkRequest& request : requests)
    names.push_back(request.name);
  return names.empty() ? container.settings.network : fmt::format("{}", fmt::join(names, ","));
}

// "2026-01-02 03:04:05 +0000 UTC".
std::string created_text(const Container& container) {
  return container.created.substr(0, 10) + " " + container.created.substr(11, 8) + " +0000 UTC";
}

// "12B (virtual 1.24MB)".
std::string sizes_text(const engine::Sizes& sizes) {
  return fmt::format("{} (virtual {})", text::size_text(sizes.written), text::size_text(sizes.whole));
}

Json row_of(engine::Engine& engine, const Container& container, const PsOptions& options) {
  const std::int64_t now = std::time(nullptr);
  return {{"Command", command_text(container, options.whole)},
          {"CreatedAt", created_text(container)},
          {"ID", options.whole ? container.id : engine::short_id(container.id)},
          {"Image", container.settings.image},
          {"LocalVolumes", std::to_string(named_volumes(container))},
          {"Labels", labels_text(container.settings.labels)},
          {"Mounts", mounts_text(container)},
          {"Names", container.name},
          {"Networks", networks_text(container)},
          {"Ports", ports_text(container)},
          {"RunningFor",
           engine::duration_text(now - engine::seconds_of(container.created).value_or(now)) + " ago"},
          {"Size", options.size ? sizes_text(engine.sizes_of(container)) : "0B"},
          {"State", state_name(container)},
          {"Status", engine::status_text(container, now)}};
}

std::vector<Container> asked_for(const std::vector<Container>& containers, const PsOptions& options) {
  const Filter filter(options.filters);
  std::vector<Container> shown = filter.apply(containers);
  const int last = options.latest ? 1 : options.last;
  if (!options.all && last == 0 && !filter.asks_for("status"))
    std::erase_if(shown,
                  [](const Container& container) { return !container.running() && !container.restarting(); });
  if (last > 0) shown.resize(std::min<std::size_t>(shown.size(), static_cast<std::size_t>(last)));
  return shown;
}

std::string ps_text(engine::Engine& engine, PsOptions options) {
  if (options.format.find(".Size") != std::string::npos) options.size = true;
  Listing listing = {{{"ID", "CONTAINER ID"},
                      {"Image", "IMAGE"},
                      {"Command", "COMMAND"},
                      {"RunningFor", "CREATED"},
                      {"Status", "STATUS"},
                      {"Ports", "PORTS"},
                      {"Names", "NAMES"},
                      {"Size", "SIZE"},
                      {"CreatedAt", "CREATED AT"},
                      {"State", "STATE"},
                      {"Labels", "LABELS"},
                      {"Mounts", "MOUNTS"},
                      {"Networks", "NETWORKS"},
                      {"LocalVolumes", "LOCAL VOLUMES"}},
                     {"ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"},
                     {}};
  if (options.size) listing.shown.emplace_back("Size");
  for (const Container& container : asked_for(engine.registry().list(), options))
    listing.rows.push_back(row_of(engine, container, options));
  return listing_text(listing, options.quiet ? "{{.ID}}" : options.format);
}

}  // namespace

void add_ps(CLI::App& app, Context& context, const char* name) {
  CLI::App* command = add_verb(
      app,
      {name, "List containers: those that run, or all of them",
       "ps -a\nps -aq -f status=exited\nps --format 'table {{.Names}}\\t{{.Status}}'",
       "a record in each container's directory; whether it is alive is a lock that the kernel frees when its "
       "guardian dies, and whether it is paused is asked of its control group."});
  const auto options = std::make_shared<PsOptions>();
  if (name == std::string("ls")) command->alias("ps");
  command->add_flag("-a,--all", options->all, "Those that have not started or have ended, too");
  command->add_flag("-q,--quiet", options->quiet, "Only ids");
  command->add_flag("--no-trunc", options->whole, "Whole ids and commands");
  command->add_flag("-l,--latest", options->latest, "The one made last, whatever its state");
  command->add_option("-n,--last", options->last, "The N made last, whatever their state")->type_name("N");
  command->add_flag("-s,--size", options->size, "What each has written, and with its image");
  command
      ->add_option(
          "-f,--filter", options->filters,
          "KEY=VALUE: id, name, status, health, exited, label, ancestor, volume, network, before, since")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] { print(ps_text(context.engine(), *options)); });
}

}  // namespace cli
