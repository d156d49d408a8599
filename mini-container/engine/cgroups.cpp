// See cgroups.h.
#include "mini-container/engine/cgroups.h"

#include <fmt/format.h>
#include <linux/magic.h>

#include <algorithm>
#include <csignal>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"

namespace engine {

namespace {

constexpr const char* kTop = "/sys/fs/cgroup";

// One hierarchy has all controllers (v2), or each controller has its own (v1).
bool is_unified() {
  static const bool unified = sys::exists(std::string(kTop) + "/cgroup.controllers");
  return unified;
}

// Of the controller's group; "" if it is not there.
std::string read(const char* controller, const std::string& path, const char* file) {
  const std::string group = is_unified() ? kTop + path : fmt::format("{}/{}{}", kTop, controller, path);
  return sys::read_file_if_present(fmt::format("{}/{}", group, file)).value_or("");
}

std::uint64_t number_in(const std::string& content) {
  return text::number<std::uint64_t>(content.substr(0, content.find_first_of(" \n"))).value_or(0);
}

// The number after `key` in lines of "KEY NUMBER"; in "8:0 rbytes=1 wbytes=2", with KEY "rbytes=", the sum of all lines.
std::uint64_t sum_after(const std::string& content, const std::string& key) {
  std::uint64_t sum = 0;
  for (std::size_t at = content.find(key); at != std::string::npos; at = content.find(key, at + 1)) {
    const bool whole_word = at == 0 || content[at - 1] == ' ' || content[at - 1] == '\n';
    if (whole_word) sum += number_in(content.substr(at + key.size()));
  }
  return sum;
}

std::uint64_t host_memory() {
  const std::string lines = sys::read_file("/proc/meminfo");
  const std::size_t digits = lines.find_first_of("0123456789");
  return number_in(lines.substr(digits)) * 1024;
}

Usage usage_v1(const std::string& path) {
  Usage usage;
  usage.cpu_nanoseconds = number_in(read("cpuacct", path, "cpuacct.usage"));
  usage.memory = number_in(read("memory", path, "memory.usage_in_bytes"));
  usage.memory -=
      std::min(usage.memory, sum_after(read("memory", path, "memory.stat"), "total_inactive_file "));
  usage.memory_limit = number_in(read("memory", path, "memory.limit_in_bytes"));
  usage.processes = number_in(read("pids", path, "pids.current"));
  const std::string blocks = read("blkio", path, "blkio.throttle.io_service_bytes");
  usage.read = sum_after(blocks, "Read ");
  usage.written = sum_after(blocks, "Write ");
  return usage;
}

Usage usage_v2(const std::string& path) {
  Usage usage;
  usage.cpu_nanoseconds = sum_after(read("", path, "cpu.stat"), "usage_usec ") * 1000;
  usage.memory = number_in(read("", path, "memory.current"));
  usage.memory -= std::min(usage.memory, sum_after(read("", path, "memory.stat"), "inactive_file "));
  // "max" is no number.
  usage.memory_limit = number_in(read("", path, "memory.max"));
  usage.processes = number_in(read("", path, "pids.current"));
  const std::string blocks = read("", path, "io.stat");
  usage.read = sum_after(blocks, "rbytes=");
  usage.written = sum_after(blocks, "wbytes=");
  return usage;
}

constexpr int kSoonMilliseconds = 5;
constexpr int kPatience = 400;  // of these

// WHY the magic number: where no tree is mounted, crun makes plain directories and files that only look like it.
bool is_group(const std::string& directory) {
  if (!sys::exists(directory + "/cgroup.procs")) return false;
  const long type = sys::filesystem_type(sys::open(directory, O_PATH).get());
  return type == CGROUP_SUPER_MAGIC || type == CGROUP2_SUPER_MAGIC;
}

// One hierarchy's. The kernel refuses (EBUSY) while a process is in it, a killed one until it is gone.
void remove_group_at(const std::string& group) {
  for (const std::string& name : sys::list_directory(group))
    if (sys::exists(group + "/" + name + "/cgroup.procs")) remove_group_at(group + "/" + name);
  for (int attempt = 0;; ++attempt) {
    const std::string processes = sys::read_file_if_present(group + "/cgroup.procs").value_or("");
    for (const std::string_view line : text::words(processes, "\n")) {
      const auto pid = text::number<pid_t>(line);
      // 0 is a process of a pid namespace that is not seen from here.
      if (pid && *pid > 0) sys::kill_if_present(*pid, SIGKILL);
    }
    try {
      sys::rmdir_if_present(group);
      return;
    } catch (const sys::Error& error) {
      if (error.error() != EBUSY || attempt == kPatience) throw;
      sys::poll({}, kSoonMilliseconds);
    }
  }
}

}  // namespace

std::vector<std::string> hierarchies() {
  if (is_unified()) return {kTop};
  std::vector<std::string> all;
  if (!sys::exists(kTop)) return all;
  for (const std::string& name : sys::list_directory(kTop))
    all.push_back(fmt::format("{}/{}", kTop, name));
  return all;
}

void remove_group(const std::string& path) {
  for (const std::string& hierarchy : hierarchies())
    if (is_group(hierarchy + path)) remove_group_at(hierarchy + path);
}

Usage usage_of(const std::string& path) {
  Usage usage = is_unified() ? usage_v2(path) : usage_v1(path);
  const std::uint64_t host = host_memory();
  if (usage.memory_limit == 0 || usage.memory_limit > host) usage.memory_limit = host;
  return usage;
}

std::uint64_t killed_for_memory(const std::string& path) {
  return sum_after(read("memory", path, is_unified() ? "memory.events" : "memory.oom_control"), "oom_kill ");
}

Traffic traffic_of(pid_t pid) {
  Traffic traffic;
  const std::string lines = sys::read_file_if_present(fmt::format("/proc/{}/net/dev", pid)).value_or("");
  for (const std::string_view line : text::split(lines, '\n')) {
    // "eth0: BYTES and seven more received, then BYTES sent".
    constexpr std::size_t kSent = 9;
    const auto words = text::words(line, " :");
    if (words.size() <= kSent || words[0] == "lo") continue;
    traffic.received += text::number<std::uint64_t>(words[1]).value_or(0);
    traffic.sent += text::number<std::uint64_t>(words[kSent]).value_or(0);
  }
  return traffic;
}

bool is_frozen(const std::string& path) {
  if (is_unified()) return sum_after(read("", path, "cgroup.events"), "frozen ") == 1;
  // FREEZING too: some process is on its way, and none may run again.
  return read("freezer", path, "freezer.state").starts_with("FR");
}

}  // namespace engine
