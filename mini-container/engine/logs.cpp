// See logs.h.
#include "mini-container/engine/logs.h"

#include <deque>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "mini-container/engine/growing_file.h"

namespace engine {

namespace {
constexpr int kLookAgainMilliseconds = 100;

bool running(const Registry& registry, const std::string& id) {
  const auto container = registry.load(id);
  return container && !container->at_rest();
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

namespace {

// The lines of one file that are log lines.
bool read_lines(GrowingFile& file, const std::function<bool(const LogLine&)>& take) {
  return file.read([&](const std::string& json) {
    const auto line = parse_log_line(json);
    return !line || take(*line);
  });
}

// What is there: the files rotated away, the oldest first, then the one being written, which is returned.
GrowingFile read_what_is_there(const std::string& path, int files,
                               const std::function<bool(const LogLine&)>& take) {
  for (int number = files - 1; number > 0; --number) {
    const std::string older = path + "." + std::to_string(number);
    if (!sys::exists(older)) continue;
    GrowingFile file(older);
    read_lines(file, take);
  }
  GrowingFile current(path);
  read_lines(current, take);
  return current;
}

}  // namespace

void read_log(const Registry& registry, const Container& container, const LogQuery& query,
              const std::function<bool(const LogLine&)>& take) {
  const std::string path = registry.directory(container.id) + "/log";
  if (!sys::exists(path)) return;
  bool wanted = true;
  const auto pass = [&](const LogLine& line) {
    if (line.time < query.since) return true;
    wanted = wanted && (query.until.empty() || line.time <= query.until) && take(line);
    return wanted;
  };
  std::deque<LogLine> last;
  GrowingFile file = read_what_is_there(path, container.settings.log_max_file, [&](const LogLine& line) {
    if (!query.tail) return pass(line);
    last.push_back(line);
    if (last.size() > *query.tail) last.pop_front();
    return true;
  });
  for (const LogLine& line : last)
    if (!pass(line)) return;
  // WHY: asked before the read, so that what was written just before the end is read once more after it.
  for (bool more = query.follow; more && wanted;) {
    more = running(registry, container.id);
    const bool rotated = file.replaced(path);
    read_lines(file, pass);
    if (rotated) {
      file = GrowingFile(path);
    } else if (more) {
      sys::poll({}, kLookAgainMilliseconds);
    }
  }
}

}  // namespace engine
