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

// Passes each line to `take`, until that returns false or the log ends; with `follow` until the container
// has ended and all it wrote is read.
void read_log(const Registry& registry, const Container& container, bool follow,
              const std::function<bool(const LogLine&)>& take);

}  // namespace engine
