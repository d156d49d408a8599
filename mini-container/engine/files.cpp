// See files.h.
#include "mini-container/engine/files.h"

#include "base/sys/file.h"
#include "mini-container/network/names.h"

namespace engine {

namespace {

// WHY: not by rename(2): a bind mount shows the file, whatever the name points to later.
void write_in_place(const std::string& path, const std::string& text) {
  const sys::UniqueFd file = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  sys::write_all(file.get(), text);
}

}  // namespace

void write_network_files(const std::string& directory, const Settings& settings, const std::string& address) {
  std::vector<std::pair<std::string, std::string>> more;
  for (const std::string& text : settings.add_hosts) {
    const std::size_t colon = text.find(':');
    more.emplace_back(text.substr(colon + 1), text.substr(0, colon));
  }
  write_in_place(directory + "/hosts", network::hosts_file(settings.hostname, address, more));
  if (!address.empty()) return;
  write_in_place(directory + "/hostname", network::hostname_file(settings.hostname));
  const std::string host = sys::read_file_if_present("/etc/resolv.conf").value_or("");
  const std::string upstream = sys::read_file_if_present("/run/systemd/resolve/resolv.conf").value_or("");
  // With the host's network, its resolver on 127.0.0.53 can be reached.
  const std::string inherited = settings.network == "host" ? host : network::resolv_file(host, upstream);
  write_in_place(directory + "/resolv.conf",
                 network::resolv_with(inherited, settings.dns, settings.dns_search, settings.dns_options));
}

std::string seccomp_file_of(const Settings& settings) {
  if (settings.seccomp.empty() || settings.seccomp == "unconfined") return {};
  return sys::read_file(settings.seccomp);
}

bool swap_is_accounted() {
  if (sys::exists("/sys/fs/cgroup/memory"))
    return sys::exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes");
  // The root group of v2 has no such file; the one that this process is in has, where the kernel counts.
  const std::string groups = sys::read_file_if_present("/proc/self/cgroup").value_or("");
  const std::size_t unified = groups.find("0::/");
  if (unified == std::string::npos) return false;
  const std::size_t path = unified + 3;
  return sys::exists("/sys/fs/cgroup" + groups.substr(path, groups.find('\n', path) - path) +
                     "/memory.swap.max");
}

}  // namespace engine
