// `ps`: which processes are in a container's groups, and what the host's ps(1) says about them. Reads: ps(1),
// cgroups(7) (cgroup.procs).
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/sys/capture.h"
#include "base/text/text.h"
#include "mini-container/runtime/lifecycle/commands.h"

namespace lifecycle {

namespace {

std::string output_of_ps(std::vector<std::string> arguments) {
  if (arguments.empty()) arguments.emplace_back("-ef");
  arguments.insert(arguments.begin(), "ps");
  const sys::Captured ps = sys::capture(arguments);
  if (const int code = ps.status.shell_code(); code != 0)
    throw std::runtime_error(
        fmt::format("ps ended with {}. Hint: install procps, or use --format json", code));
  return ps.output;
}

std::size_t pid_column(const std::string& header) {
  const auto names = text::words(header, " ");
  const auto found = std::find(names.begin(), names.end(), "PID");
  if (found == names.end())
    throw std::runtime_error(
        "ps printed no column PID, by which the container's processes could be told apart");
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::vector<pid_t> processes(const std::string& root, const std::string& id) {
  const Container container = find_container(root, id);
  const cgroup::Cgroup group = open_cgroup(container.state);
  // Without groups only the first process is known.
  if (group.empty() && container.alive()) return {container.state.pid};
  return group.pids();
}

std::string process_table(const std::string& root, const std::string& id,
                          const std::vector<std::string>& arguments) {
  const std::vector<pid_t> pids = processes(root, id);
  std::istringstream lines(output_of_ps(arguments));
  std::string line;
  std::getline(lines, line);
  const std::size_t column = pid_column(line);
  std::string table = line + "\n";
  while (std::getline(lines, line)) {
    const auto words = text::words(line, " ");
    if (words.size() <= column) continue;
    const pid_t pid = text::number<pid_t>(words[column]).value_or(0);
    if (std::find(pids.begin(), pids.end(), pid) != pids.end()) table += line + "\n";
  }
  return table;
}

}  // namespace lifecycle
