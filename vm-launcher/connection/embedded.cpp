// See embedded.h.
#include "vm-launcher/connection/embedded.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "vm-launcher/connection/missing_user.h"

namespace vm::libvirt {

namespace {

constexpr char kQemuConf[] =
    "security_driver = \"none\"\n"
    "dynamic_ownership = 0\n"
    "remember_owner = 0\n"
    "namespaces = []\n"
    "cgroup_controllers = []\n"
    "stdio_handler = \"file\"\n";

// WHY root only: libvirt gives its folders to that user, which nobody else may do (EPERM); any other user's QEMU runs as
// that user in any case.
constexpr char kQemuUser[] =
    "user = \"root\"\n"
    "group = \"root\"\n";

}  // namespace

std::string prepare_embedded(const std::string& root, const std::string& shared_cache) {
  answer_for_missing_user();
  sys::mkdir_parents(root + "/etc");
  sys::mkdir_parents(shared_cache);
  sys::replace_file(root + "/etc/qemu.conf", std::string(kQemuConf) + (sys::geteuid() == 0 ? kQemuUser : ""));
  if (!sys::exists(root + "/cache")) sys::symlinkat(shared_cache, AT_FDCWD, root + "/cache");
  return "qemu:///embed?root=" + root;
}

std::string running_daemon() {
  return sys::exists("/run/libvirt/libvirt-sock") ? "qemu:///system" : "";
}

}  // namespace vm::libvirt
