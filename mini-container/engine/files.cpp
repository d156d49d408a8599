// See files.h.
#include "mini-container/engine/files.h"

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "mini-container/network/names.h"

namespace engine {

namespace {

// WHY: not by rename(2): a bind mount shows the file, whatever the name points to later.
void write_in_place(const std::string& path, const std::string& text) {
  const sys::UniqueFd file = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  sys::write_all(file.get(), text);
}

}  // namespace

namespace {

std::string host_resolv() {
  return sys::read_file_if_present("/etc/resolv.conf").value_or("");
}

// What the name servers of user-defined networks stand in for.
std::string reachable_resolv() {
  const std::string upstream = sys::read_file_if_present("/run/systemd/resolve/resolv.conf").value_or("");
  return network::resolv_file(host_resolv(), upstream);
}

std::string resolv_of(const Container& container) {
  const Settings& settings = container.settings;
  // With the host's network, its resolver on 127.0.0.53 can be reached.
  const std::string inherited = settings.network == "host" ? host_resolv() : reachable_resolv();
  const auto servers = name_servers_of(container);
  return network::resolv_with(inherited, servers.empty() ? settings.dns : servers, settings.dns_search,
                              settings.dns_options);
}

}  // namespace

std::string resolv_conf(const std::vector<std::string>& servers) {
  return network::resolv_with(reachable_resolv(), servers, {}, {});
}

std::vector<std::string> name_servers_of(const Container& container) {
  std::vector<std::string> servers;
  for (const Endpoint& endpoint : container.endpoints)
    if (endpoint.resolves_names) servers.push_back(endpoint.gateway);
  return servers;
}

void write_network_files(const std::string& directory, const Container& container) {
  const Settings& settings = container.settings;
  std::vector<std::pair<std::string, std::string>> more;
  for (const std::string& text : settings.add_hosts) {
    const std::size_t colon = text.find(':');
    const std::string address = text.substr(colon + 1);
    if (address == kHostGateway && container.endpoints.empty()) continue;  // it has no way there
    more.emplace_back(address == kHostGateway ? container.endpoints.front().gateway : address,
                      text.substr(0, colon));
  }
  const std::string address = container.endpoints.empty() ? "" : container.endpoints.front().address;
  for (std::size_t next = 1; next < container.endpoints.size(); ++next)
    more.emplace_back(container.endpoints[next].address, settings.hostname);
  write_in_place(directory + "/hosts", network::hosts_file(settings.hostname, address, more));
  const bool first = container.endpoints.empty();
  if (first) write_in_place(directory + "/hostname", network::hostname_file(settings.hostname));
  if (first || !name_servers_of(container).empty())
    write_in_place(directory + "/resolv.conf", resolv_of(container));
}

void share_network_files(const std::string& directory, const std::string& other) {
  for (const char* name : {"/hosts", "/hostname", "/resolv.conf"}) {
    sys::unlink_if_present(directory + name);
    sys::linkat(AT_FDCWD, other + name, AT_FDCWD, directory + name);
  }
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
