// `top`: what the host's ps(1) says about the processes of a container, as Docker shows it. Declared in engine.h.
// Reads: ps(1), pid_namespaces(7).
#include <fmt/format.h>

#include <algorithm>

#include "base/sys/capture.h"
#include "base/text/text.h"
#include "mini-container/engine/engine.h"

namespace engine {

namespace {

using Row = std::vector<std::string>;

std::string output_of_ps(std::vector<std::string> arguments) {
  if (arguments.empty()) arguments.emplace_back("-ef");
  arguments.insert(arguments.begin(), "ps");
  const sys::Captured ps = sys::capture(arguments);
  if (const int code = ps.status.shell_code(); code != 0)
    throw std::runtime_error(fmt::format("ps ended with {}. Next: man 1 ps, or apt install procps", code));
  return ps.output;
}

// As many cells as the heading has; the last one, a command, keeps its spaces.
Row cells_of(std::string_view line, std::size_t columns) {
  Row cells;
  for (const std::string_view word : text::words(line, " ")) {
    if (columns == 0 || cells.size() < columns) {
      cells.emplace_back(word);
    } else {
      cells.back() += fmt::format(" {}", word);
    }
  }
  return cells;
}

}  // namespace

std::vector<Row> Engine::top(const Container& container, const std::vector<std::string>& arguments) {
  if (!container.running())
    throw std::runtime_error(fmt::format("Container {} is not running", container.id));
  const auto pids = runtime_of(registry_, container).processes(container.id);
  const std::string output = output_of_ps(arguments);
  std::vector<Row> rows;
  std::size_t column = 0;
  for (const std::string_view line : text::split(output, '\n')) {
    Row cells = cells_of(line, rows.empty() ? 0 : rows.front().size());
    if (rows.empty()) {
      column = static_cast<std::size_t>(std::find(cells.begin(), cells.end(), "PID") - cells.begin());
      if (column == cells.size())
        throw std::runtime_error("Couldn't find PID field in ps output. Next: ask ps for that column, too");
      rows.push_back(std::move(cells));
    } else if (cells.size() > column) {
      const pid_t pid = text::number<pid_t>(cells[column]).value_or(0);
      if (std::find(pids.begin(), pids.end(), pid) != pids.end()) rows.push_back(std::move(cells));
    }
  }
  return rows;
}

}  // namespace engine
