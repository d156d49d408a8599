// See isolation.h.
#include "bench/workload/isolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/trace/jsonl_sink.h"

namespace workload {

namespace {

constexpr const char* kNull = "null";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// The value that `read` gives as JSON, or null when this process may not know it.
template <class Read>
std::string or_null(Read&& read) {
  try {
    return read();
  } catch (const sys::Error&) {
    return kNull;
  }
}

std::string text_of(const char* path) {
  return or_null([&] { return trace::json_quoted(trimmed(sys::read_file(path))); });
}

std::string namespaces() {
  std::vector<std::string> members;
  for (const char* kind : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    members.push_back(fmt::format(
        "\"{}\":{}", kind, or_null([&] { return fmt::format("{}", sys::namespace_inode("self", kind)); })));
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

// A process sees at least itself; none at all means that procfs is not mounted.
std::string visible_processes() {
  return or_null([] {
    const auto names = sys::list_directory("/proc");
    const auto count = std::count_if(names.begin(), names.end(), [](const std::string& name) {
      return name.find_first_not_of("0123456789") == std::string::npos;
    });
    return count == 0 ? kNull : fmt::format("{}", count);
  });
}

std::string status() {
  return or_null([] {
    std::vector<std::string> members;
    for (const std::string& line : lines_of(sys::read_file("/proc/self/status"))) {
      const std::size_t colon = line.find(':');
      const std::string key = line.substr(0, colon);
      for (const char* wanted : {"Uid", "Gid", "NSpid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                 "NoNewPrivs", "Seccomp", "Seccomp_filters"}) {
        if (key == wanted) {
          members.push_back(fmt::format("{}:{}", trace::json_quoted(key),
                                        trace::json_quoted(trimmed(line.substr(colon + 1)))));
        }
      }
    }
    return fmt::format("{{{}}}", fmt::join(members, ","));
  });
}

std::string mounts() {
  return or_null([] { return fmt::format("{}", lines_of(sys::read_file("/proc/self/mountinfo")).size()); });
}

// Every line of /proc/self/net/dev after the two of its heading begins with the name of a link.
std::string links() {
  return or_null([] {
    std::vector<std::string> names;
    for (const std::string& line : lines_of(sys::read_file("/proc/self/net/dev"))) {
      const std::size_t colon = line.find(':');
      if (colon != std::string::npos) names.push_back(trace::json_quoted(trimmed(line.substr(0, colon))));
    }
    return fmt::format("[{}]", fmt::join(names, ","));
  });
}

// Ways to the host, tried and closed again: true if it opens, false if it is refused, null if it is not there.
std::string opens() {
  constexpr std::pair<const char*, int> kPaths[] = {{"/dev/kmsg", O_RDONLY},
                                                    {"/proc/kcore", O_RDONLY},
                                                    {"/proc/sys/kernel/domainname", O_WRONLY},
                                                    {"/proc/sysrq-trigger", O_WRONLY}};
  std::vector<std::string> members;
  for (const auto& [path, flags] : kPaths) {
    std::string answer = kNull;
    if (sys::exists(path)) {
      try {
        sys::open(path, flags);
        answer = "true";
      } catch (const sys::Error&) {
        answer = "false";
      }
    }
    members.push_back(fmt::format("{}:{}", trace::json_quoted(path), answer));
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

std::string devices() {
  return or_null([] { return fmt::format("{}", sys::list_directory("/dev").size()); });
}

}  // namespace

std::string describe_isolation() {
  return fmt::format(
      R"({{"namespaces":{},"kernel":{},"hostname":{},"visible_processes":{},"pid":{},"uid_map":{},)"
      R"("status":{},"mounts":{},"links":{},"opens":{},"devices":{}}})",
      namespaces(), text_of("/proc/sys/kernel/osrelease"), text_of("/proc/sys/kernel/hostname"),
      visible_processes(), sys::getpid(), text_of("/proc/self/uid_map"), status(), mounts(), links(), opens(),
      devices());
}

}  // namespace workload
