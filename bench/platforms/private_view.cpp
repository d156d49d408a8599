// See private_view.h.
#include "bench/platforms/private_view.h"

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "bench/platforms/platform.h"

namespace bench {

namespace {

constexpr const char* kUnified = "/sys/fs/cgroup/unified";

// WHY: crun refuses to run where the second hierarchy of a hybrid tree has a controller. In this view the tree is
// then plain version 1, for every platform alike.
bool hide_unified_tree() {
  const auto controllers = sys::read_file_if_present(std::string(kUnified) + "/cgroup.controllers");
  if (!controllers || controllers->find_first_not_of(" \n") == std::string::npos) return false;
  return sys::umount_if_mounted(kUnified);
}

}  // namespace

std::vector<std::string> enter_private_view() {
  if (sys::geteuid() != 0) return {};
  sys::unshare(CLONE_NEWNS | CLONE_NEWNET);
  sys::mount("none", "/", "", MS_REC | MS_PRIVATE);
  timed_run({"ip", "link", "set", "lo", "up"}, std::chrono::seconds(5));
  std::vector<std::string> notes = {"run in mount and network namespaces of its own"};
  if (hide_unified_tree())
    notes.emplace_back("the version 2 part of the hybrid cgroup tree hidden: crun refuses it");
  return notes;
}

}  // namespace bench
