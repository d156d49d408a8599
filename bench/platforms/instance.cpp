// See instance.h.
#include "bench/platforms/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <sstream>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

std::optional<std::string> proc_file(pid_t pid, const char* name) {
  try {
    return sys::read_file_if_present(fmt::format("/proc/{}/{}", pid, name));
  } catch (const sys::Error&) {
    return std::nullopt;  // gone between open and read (ESRCH), or not ours to read
  }
}

std::optional<std::uint64_t> number_in(const std::string& text) {
  const std::size_t first = text.find_first_of("0123456789");
  if (first == std::string::npos) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text.data() + first, text.data() + text.size(), number);
  return number;
}

// A command line: the program without its folder, and everything as one text with blanks.
struct CommandLine {
  std::string program;
  std::string whole;
};
CommandLine command_of(pid_t pid) {
  std::string text = proc_file(pid, "cmdline").value_or("");
  const std::string program = text.substr(0, text.find('\0'));
  std::replace(text.begin(), text.end(), '\0', ' ');
  return {program.substr(program.rfind('/') + 1), text};
}

// The path of the cgroup that accounts memory for `pid`: the v1 memory hierarchy's, or v2's.
std::string memory_cgroup_file(pid_t pid) {
  std::istringstream lines(proc_file(pid, "cgroup").value_or(""));
  std::string unified;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers == "memory") return "/sys/fs/cgroup/memory" + path + "/memory.usage_in_bytes";
    if (controllers.empty()) unified = "/sys/fs/cgroup" + path + "/memory.current";
  }
  return unified;
}

}  // namespace

std::vector<pid_t> instance_processes(bool is_vm, const std::string& instance) {
  std::vector<pid_t> found;
  for (const std::string& name : sys::list_directory("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    const CommandLine command = command_of(pid);
    const bool kind = is_vm ? command.program.starts_with("qemu-system") : command.program == "workload";
    if (kind && command.whole.find(instance) != std::string::npos) found.push_back(pid);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<std::uint64_t> pss_of(pid_t pid) {
  const auto text = proc_file(pid, "smaps_rollup");
  if (!text) return std::nullopt;
  const std::size_t line = text->find("\nPss:");
  if (line == std::string::npos) return std::nullopt;
  const auto kilobytes = number_in(text->substr(line, text->find('\n', line + 1) - line));
  if (!kilobytes) return std::nullopt;
  return *kilobytes * 1024;
}

std::optional<std::uint64_t> cgroup_memory_of(pid_t pid) {
  const std::string file = memory_cgroup_file(pid);
  if (file.empty() || file == memory_cgroup_file(sys::getpid())) return std::nullopt;
  const auto text = sys::read_file_if_present(file);
  return text ? number_in(*text) : std::nullopt;
}

Instance::Instance(const Arguments& command, bool is_vm, const std::string& name,
                   std::chrono::seconds deadline)
    : is_vm_(is_vm) {
  sys::Pipe output = sys::pipe();
  sys::SpawnOptions options;
  options.output = output.write.get();
  options.error = -1;
  options.own_session = true;
  command_ = sys::spawn(command, options);
  output_ = std::move(output.read);
  output.write.reset();
  try {
    wait_for_ready(deadline);
    processes_ = instance_processes(is_vm, name);
    if (processes_.empty()) throw std::runtime_error("the idle instance has no process on this host");
  } catch (...) {
    stop();
    throw;
  }
}

void Instance::wait_for_ready(std::chrono::seconds deadline) {
  const auto limit = steady_clock::now() + deadline;
  std::string text;
  while (text.find("ready") == std::string::npos) {
    std::array<pollfd, 2> waiting{{{output_.get(), POLLIN, 0}, {interruption_descriptor(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - steady_clock::now()).count();
    if (left <= 0) throw std::runtime_error("no idle instance before the deadline");
    sys::poll(waiting, static_cast<int>(left));
    if (waiting[1].revents != 0) throw Interrupted();
    std::array<char, 4096> buffer{};
    if (waiting[0].revents == 0) continue;
    const std::size_t count = sys::read(output_.get(), buffer);
    if (count == 0) throw std::runtime_error("the idle instance ended before it was ready");
    text.append(buffer.data(), count);
  }
}

Memory Instance::memory() const {
  Memory memory;
  for (const pid_t pid : processes_) {
    if (const auto pss = pss_of(pid)) memory.pss = memory.pss.value_or(0) + *pss;
  }
  memory.cgroup = cgroup_memory_of(processes_.front());
  return memory;
}

Instance::~Instance() {
  try {
    stop();
  } catch (const std::exception&) {
    // A destructor has nobody to tell; Child's own destructor kills what is left of the command.
  }
}

// ORDER: the workload first, so that the engine sees an ordinary end and cleans up; then the command.
void Instance::stop() {
  if (!command_) return;
  if (is_vm_ || processes_.empty()) {
    command_.kill(SIGTERM);
  } else {
    for (const pid_t pid : processes_)
      sys::kill_if_present(pid, SIGTERM);
  }
  pollfd ended{command_.pidfd(), POLLIN, 0};
  if (sys::poll({&ended, 1}, 10000) == 0) command_.kill(SIGKILL);
  command_.wait();
}

}  // namespace bench
