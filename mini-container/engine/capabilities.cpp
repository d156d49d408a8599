// See capabilities.h.
#include "mini-container/engine/capabilities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "base/sys/file.h"

namespace engine {

namespace {

// linux/capability.h, in its order.
const std::vector<std::string>& all_capabilities() {
  static const std::vector<std::string> names = {"CAP_CHOWN",
                                                 "CAP_DAC_OVERRIDE",
                                                 "CAP_DAC_READ_SEARCH",
                                                 "CAP_FOWNER",
                                                 "CAP_FSETID",
                                                 "CAP_KILL",
                                                 "CAP_SETGID",
                                                 "CAP_SETUID",
                                                 "CAP_SETPCAP",
                                                 "CAP_LINUX_IMMUTABLE",
                                                 "CAP_NET_BIND_SERVICE",
                                                 "CAP_NET_BROADCAST",
                                                 "CAP_NET_ADMIN",
                                                 "CAP_NET_RAW",
                                                 "CAP_IPC_LOCK",
                                                 "CAP_IPC_OWNER",
                                                 "CAP_SYS_MODULE",
                                                 "CAP_SYS_RAWIO",
                                                 "CAP_SYS_CHROOT",
                                                 "CAP_SYS_PTRACE",
                                                 "CAP_SYS_PACCT",
                                                 "CAP_SYS_ADMIN",
                                                 "CAP_SYS_BOOT",
                                                 "CAP_SYS_NICE",
                                                 "CAP_SYS_RESOURCE",
                                                 "CAP_SYS_TIME",
                                                 "CAP_SYS_TTY_CONFIG",
                                                 "CAP_MKNOD",
                                                 "CAP_LEASE",
                                                 "CAP_AUDIT_WRITE",
                                                 "CAP_AUDIT_CONTROL",
                                                 "CAP_SETFCAP",
                                                 "CAP_MAC_OVERRIDE",
                                                 "CAP_MAC_ADMIN",
                                                 "CAP_SYSLOG",
                                                 "CAP_WAKE_ALARM",
                                                 "CAP_BLOCK_SUSPEND",
                                                 "CAP_AUDIT_READ",
                                                 "CAP_PERFMON",
                                                 "CAP_BPF",
                                                 "CAP_CHECKPOINT_RESTORE"};
  return names;
}

// As Docker: all that the engine itself may have. A runtime cannot give more, and crun ends when it is asked to (EPERM).
std::vector<std::string> all_that_can_be_given() {
  constexpr std::string_view kBound = "CapBnd:\t";
  const std::string status = sys::read_file("/proc/self/status");
  const std::uint64_t bound = std::stoull(status.substr(status.find(kBound) + kBound.size()), nullptr, 16);
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < all_capabilities().size(); ++bit)
    if ((bound >> bit & 1) != 0) names.push_back(all_capabilities()[bit]);
  return names;
}

std::set<std::string> set_of(const std::vector<std::string>& words) {
  const auto& known = all_capabilities();
  std::set<std::string> names;
  for (const std::string& word : words) {
    std::string name;
    for (const char letter : word)
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    if (name == "ALL" || name == "CAP_ALL") {
      names.insert(known.begin(), known.end());
      continue;
    }
    if (!name.starts_with("CAP_")) name.insert(0, "CAP_");
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw std::invalid_argument(
          fmt::format("unknown capability \"{}\": expected for example NET_ADMIN, or ALL", word));
    }
    names.insert(name);
  }
  return names;
}

}  // namespace

const std::vector<std::string>& default_capabilities() {
  static const std::vector<std::string> names = {
      "CAP_CHOWN",      "CAP_DAC_OVERRIDE", "CAP_FOWNER",      "CAP_FSETID",           "CAP_KILL",
      "CAP_SETGID",     "CAP_SETUID",       "CAP_SETPCAP",     "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",
      "CAP_SYS_CHROOT", "CAP_MKNOD",        "CAP_AUDIT_WRITE", "CAP_SETFCAP"};
  return names;
}

std::vector<std::string> effective_capabilities(const std::vector<std::string>& add,
                                                const std::vector<std::string>& drop) {
  const std::set<std::string> added = set_of(add);
  const std::set<std::string> dropped = set_of(drop);
  // As Docker: --cap-drop ALL --cap-add X leaves X; a name that stands in both lists is dropped otherwise.
  const bool drop_all = dropped.size() == all_capabilities().size();
  const bool add_all = added.size() == all_capabilities().size();
  std::vector<std::string> result;
  for (const std::string& name : all_capabilities()) {
    const auto& base = default_capabilities();
    const bool given = std::find(base.begin(), base.end(), name) != base.end();
    const bool in =
        drop_all ? added.contains(name) : (given || added.contains(name)) && !dropped.contains(name);
    if (in || (add_all && !dropped.contains(name))) result.push_back(name);
  }
  return result;
}

std::vector<std::string> capabilities_of(const Settings& settings) {
  return settings.privileged ? all_that_can_be_given()
                             : effective_capabilities(settings.cap_add, settings.cap_drop);
}

}  // namespace engine
