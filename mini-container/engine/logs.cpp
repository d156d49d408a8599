// See logs.h.
#include "mini-container/engine/logs.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"

namespace engine {

namespace {
constexpr int kLookAgainMilliseconds = 100;

bool running(const Registry& registry, const std::string& id) {
  const auto container = registry.load(id);
  return container && container->running();
}

}  // namespace

std::optional<LogLine> parse_log_line(const std::string& json) {
  const auto line = nlohmann::json::parse(json, nullptr, false);
  if (!line.is_object()) return std::nullopt;
  for (const char* member : {"log", "stream", "time"}) {
    if (!line.contains(member) || !line[member].is_string()) return std::nullopt;
  }
  return LogLine{line["log"], line["stream"], line["time"]};
}

void read_log(const Registry& registry, const Container& container, bool follow,
              const std::function<bool(const LogLine&)>& take) {
  const std::string path = registry.directory(container.id) + "/log";
  if (!sys::exists(path)) return;
  const sys::UniqueFd file = sys::open(path, O_RDONLY);
  std::array<char, 16384> buffer;
  std::string rest;
  // WHY: asked before the read, so that what was written just before the end is read once more after it.
  for (bool more = true; more;) {
    more = follow && running(registry, container.id);
    while (const std::size_t count = sys::read(file.get(), buffer)) {
      rest.append(buffer.data(), count);
      std::size_t start = 0;
      for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', start)) {
        const auto line = parse_log_line(rest.substr(start, end - start));
        if (line && !take(*line)) return;
        start = end + 1;
      }
      rest.erase(0, start);
    }
    if (more) sys::poll({}, kLookAgainMilliseconds);
  }
}

}  // namespace engine
