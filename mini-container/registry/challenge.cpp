// See challenge.h.
#include "mini-container/registry/challenge.h"

#include <algorithm>
#include <optional>

namespace registry {

namespace {

constexpr std::string_view kBlank = " \t";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// The characters of the header that have not been read yet.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  bool take(char character) {
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // SPEC: RFC 9110 5.6.2, and the "/" and "=" of token68. Empty if there is none here.
  std::string_view token() {
    const std::size_t length = std::min(rest_.find_first_of(" \t,=\"\\()<>@;:[]?{}"), rest_.size());
    const std::string_view found = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return found;
  }
  // A token or a quoted string; nullopt for a quote that does not end.
  std::optional<std::string> value() {
    if (!take('"')) return std::string(token());
    std::string text;
    while (!rest_.empty()) {
      if (take('"')) return text;
      if (take('\\') && rest_.empty()) break;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  std::vector<Challenge> found;
  Reader reader(header);
  for (;;) {
    reader.skip(" \t,");
    const std::string name = lower(reader.token());
    if (name.empty()) return found;
    reader.skip(kBlank);
    // WHY: only what follows a name tells a parameter (realm="x") from the next scheme (Bearer realm=...).
    if (!reader.take('=')) {
      found.push_back({name, {}});
      continue;
    }
    reader.skip(kBlank);
    const auto value = reader.value();
    if (!value || found.empty()) return found;
    found.back().parameters.insert({name, *value});
  }
}

}  // namespace registry
