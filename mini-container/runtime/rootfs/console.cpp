// See console.h. CVE-2025-52565: binding "/dev/pts/0" by its path binds whatever stands there by then.
#include "mini-container/runtime/rootfs/console.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/terminal.h"
#include "base/trace/phase.h"
#include "mini-container/runtime/rootfs/target.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

bool on_devpts(int fd) {
  return sys::filesystem_type(fd) == DEVPTS_SUPER_MAGIC && S_ISCHR(sys::fstat(fd).st_mode);
}

sys::UniqueFd open_multiplexer(int root) {
  const sys::UniqueFd place = sys::open_in_root_if_present(root, "/dev/pts/ptmx", O_PATH);
  // WHY: looked at through O_PATH first; opening a FIFO or a device of the image's choice could hang or act.
  if (!place || !on_devpts(place.get()) || sys::fstat(place.get()).st_rdev != makedev(5, 2)) {
    throw spec::Invalid("process.terminal", "the container has no devpts on /dev/pts to take a terminal from",
                        "Add a mount of type devpts on /dev/pts with newinstance, or set terminal to false");
  }
  return sys::open(sys::fd_path(place.get()), O_RDWR | O_NOCTTY);
}

}  // namespace

Console make_console(int root) {
  const trace::Phase phase("console",
                           "a terminal of the container's own, that the host holds the other end of");
  Console console;
  console.master = open_multiplexer(root);
  console.terminal = sys::open_pty_peer(console.master.get());
  const sys::UniqueFd copy = sys::open_tree(console.terminal.get(), "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
  const sys::UniqueFd place = open_or_make(root, "/dev/console", Kind::file);
  sys::move_mount(copy.get(), place.get());
  return console;
}

}  // namespace rootfs
