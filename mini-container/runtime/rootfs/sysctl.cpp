// See sysctl.h.
#include "mini-container/runtime/rootfs/sysctl.h"

#include <fmt/format.h>
#include <linux/magic.h>

#include <algorithm>
#include <string_view>

#include "base/sys/file.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

struct Namespaced {
  std::string_view prefix;  // a whole path, or a prefix that ends in '/'
  std::string_view type;    // of the namespace that has its own copy
};

constexpr Namespaced kNamespaced[] = {
    {"net/", "network"},        {"fs/mqueue/", "ipc"},        {"kernel/msgmax", "ipc"},
    {"kernel/msgmnb", "ipc"},   {"kernel/msgmni", "ipc"},     {"kernel/sem", "ipc"},
    {"kernel/shmall", "ipc"},   {"kernel/shmmax", "ipc"},     {"kernel/shmmni", "ipc"},
    {"kernel/hostname", "uts"}, {"kernel/domainname", "uts"}, {"kernel/shm_rmid_forced", "ipc"},
    {"user/", "user"},
};

// As sysctl(8) reads a name: whichever of '.' and '/' comes first separates, the other is part of a name
// ("net/ipv4/conf/eth0.1/forwarding").
std::string path_of(std::string name) {
  const std::size_t first = name.find_first_of("./");
  if (first == std::string::npos || name[first] == '/') return name;
  for (char& character : name) {
    if (character == '.') {
      character = '/';
    } else if (character == '/') {
      character = '.';
    }
  }
  return name;
}

bool well_formed(const std::string& path) {
  const std::string framed = "/" + path + "/";
  return framed.find("//") == std::string::npos && framed.find("/../") == std::string::npos &&
         framed.find("/./") == std::string::npos;
}

const Namespaced* namespaced(const std::string& path) {
  for (const Namespaced& entry : kNamespaced) {
    if (path == entry.prefix || (entry.prefix.back() == '/' && path.starts_with(entry.prefix))) return &entry;
  }
  return nullptr;
}

// The document has members for these two names, and one name cannot have two values.
void check_names(const Sysctl& sysctl, const std::string& domain) {
  if (sysctl.path == "kernel/hostname")
    throw spec::Invalid(sysctl.member, "the host name has a member of its own", "Set hostname instead");
  if (sysctl.path == "kernel/domainname" && !domain.empty() && sysctl.value != domain)
    throw spec::Invalid(sysctl.member, "contradicts domainname", "Leave one of the two out");
}

}  // namespace

std::vector<Sysctl> plan_sysctls(const spec::Linux& linux, const std::string& domain) {
  std::vector<Sysctl> result;
  for (const auto& [name, value] : linux.sysctl) {
    const std::string member = fmt::format("linux.sysctl[\"{}\"]", name);
    const std::string path = path_of(name);
    if (!well_formed(path)) throw spec::Invalid(member, "this is not the name of a kernel parameter");
    const Namespaced* entry = namespaced(path);
    if (entry == nullptr) {
      throw spec::Invalid(member, "this parameter belongs to the whole host, not to a namespace",
                          "Set it on the host with sysctl(8) if it is meant for all");
    }
    const auto has_type = [&](const spec::Namespace& one) { return one.type == entry->type; };
    if (std::none_of(linux.namespaces.begin(), linux.namespaces.end(), has_type)) {
      throw spec::Invalid(member, fmt::format("the container shares the host's {} namespace", entry->type),
                          fmt::format("Add a {} namespace to linux.namespaces, or remove it", entry->type));
    }
    result.push_back({path, value, member});
    check_names(result.back(), domain);
  }
  return result;
}

void write_sysctls(const std::vector<Sysctl>& sysctls, int root) {
  if (sysctls.empty()) return;
  const sys::UniqueFd proc = sys::open_in_root(root, "/proc", O_PATH | O_DIRECTORY);
  if (sys::filesystem_type(proc.get()) != PROC_SUPER_MAGIC) {
    throw spec::Invalid("linux.sysctl", "the container has no procfs on /proc to write to",
                        "Add a mount of type proc, or remove the parameters");
  }
  for (const Sysctl& sysctl : sysctls) {
    // WHY: no link and no other mount on the way, so that this is /proc/sys and not, say, sysrq-trigger bound
    // over it (CVE-2025-52881).
    const sys::UniqueFd file = sys::open_in_root(proc.get(), "sys/" + sysctl.path, O_WRONLY, 0,
                                                 RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
    sys::write_all(file.get(), sysctl.value);
  }
}

}  // namespace rootfs
