// See embedded.h.
#include "vm-launcher/connection/embedded.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "vm-launcher/connection/missing_user.h"

namespace vm::libvirt {

namespace {

constexpr char kQemuConf[] =
    "security_driver = \"none\"\n"
    "user = \"root\"\n"
    "group = \"root\"\n"
    "dynamic_ownership = 0\n"
    "remember_owner = 0\n"
    "namespaces = []\n"
    "cgroup_controllers = []\n"
    "stdio_handler = \"file\"\n";

}  // namespace

std::string prepare_embedded(const std::string& root, const std::string& shared_cache) {
  answer_for_missing_user();
  sys::mkdir_parents(root + "/etc");
  sys::mkdir_parents(shared_cache);
  sys::write_file_atomically(root + "/etc/qemu.conf", kQemuConf);
  if (!sys::exists(root + "/cache")) sys::symlinkat(shared_cache, AT_FDCWD, root + "/cache");
  return "qemu:///embed?root=" + root;
}

std::string running_daemon() {
  return sys::exists("/run/libvirt/libvirt-sock") ? "qemu:///system" : "";
}

}  // namespace vm::libvirt
