// Reads a container's log back (log_writer.h writes it).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mini-container/engine/registry.h"

namespace engine {

struct LogLine {
  std::string text;  // with its newline
  std::string stream;
  std::string time;
};

// nullopt for what is no line of a log.
std::optional<LogLine> parse_log_line(const std::string& json);

// Which lines. Times are written as in the log, so that they compare as text; empty for none.
struct LogQuery {
  bool follow = false;
  std::optional<std::size_t> tail;  // only the last so many of what is there
  std::string since, until;
};

// Passes each line to `take`, until that returns false or the log ends; with `follow` until the container
// has ended and all it wrote is read. Files that were rotated away come first.
void read_log(const Registry& registry, const Container& container, const LogQuery& query,
              const std::function<bool(const LogLine&)>& take);

}  // namespace engine
