// The processes of the guest as a table, from /proc. See tools.h. Reads: proc_pid_stat(5), proc_pid_cmdline(5).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "vm-launcher/guest/tools.h"

namespace vm::guest {

namespace {

// Counted from field 3, the first behind the name, which may hold spaces and parentheses itself.
enum Field : std::size_t {
  kState = 0,
  kParent = 1,
  kUserTime = 11,
  kSystemTime = 12,
  kPages = 21,
  kLeast = 22
};

std::string command_of(const std::string& folder, const std::string& name) {
  std::string line = sys::read_file_if_present(folder + "/cmdline").value_or("");
  while (!line.empty() && line.back() == '\0')
    line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line.empty() ? "[" + name + "]" : line;
}

// "" for a process that has gone meanwhile.
std::string row_of(const std::string& pid) {
  const std::string folder = "/proc/" + pid;
  const std::string stat = sys::read_file_if_present(folder + "/stat").value_or("");
  const std::size_t open = stat.find('('), close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return {};
  const auto fields = text::words(std::string_view(stat).substr(close + 1), " \n");
  if (fields.size() < kLeast) return {};
  const auto number = [&](Field field) { return text::number<unsigned long>(fields[field]).value_or(0); };
  const auto ticks = static_cast<unsigned long>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<unsigned long>(::sysconf(_SC_PAGESIZE));
  const unsigned long seconds = (number(kUserTime) + number(kSystemTime)) / ticks;
  return fmt::format("{:>7} {:>7} {:<4} {:>8} {:>5}:{:02} {}\n", pid, fields[kParent], fields[kState],
                     number(kPages) * page / 1024, seconds / 60, seconds % 60,
                     command_of(folder, stat.substr(open + 1, close - open - 1)));
}

}  // namespace

std::string process_table() {
  std::vector<unsigned long> pids;
  for (const std::string& name : sys::list_directory("/proc"))
    if (const auto pid = text::number<unsigned long>(name)) pids.push_back(*pid);
  std::sort(pids.begin(), pids.end());
  std::string table =
      fmt::format("{:>7} {:>7} {:<4} {:>8} {:>8} {}\n", "PID", "PPID", "STAT", "RSS-KB", "TIME", "COMMAND");
  for (const unsigned long pid : pids)
    table += row_of(std::to_string(pid));
  return table;
}

}  // namespace vm::guest
