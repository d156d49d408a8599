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

constexpr char kMultiplexer[] = "/dev/pts/ptmx";

bool is_multiplexer(int fd) {
  const struct stat status = sys::fstat(fd);
  return sys::filesystem_type(fd) == DEVPTS_SUPER_MAGIC && S_ISCHR(status.st_mode) &&
         status.st_rdev == makedev(5, 2);
}

// WHY twice: opening a FIFO or a device of the image's choice could hang or act, so it is looked at through O_PATH
// first; and what was opened may be another file by then. Not by /proc/self/fd: /proc is the container's in `exec`.
sys::UniqueFd open_multiplexer(int root) {
  const sys::UniqueFd place = sys::open_in_root_if_present(root, kMultiplexer, O_PATH);
  sys::UniqueFd multiplexer;
  if (place && is_multiplexer(place.get()))
    multiplexer = sys::open_in_root(root, kMultiplexer, O_RDWR | O_NOCTTY);
  if (multiplexer && is_multiplexer(multiplexer.get())) return multiplexer;
  throw spec::Invalid("process.terminal", "the container has no devpts on /dev/pts to take a terminal from",
                      "Add a mount of type devpts on /dev/pts with newinstance, or set terminal to false");
}

}  // namespace

Console make_terminal(int root) {
  Console console;
  console.master = open_multiplexer(root);
  console.terminal = sys::open_pty_peer(console.master.get());
  return console;
}

Console make_console(int root) {
  const trace::Phase phase("console",
                           "a terminal of the container's own, that the host holds the other end of");
  Console console = make_terminal(root);
  const sys::UniqueFd copy = sys::open_tree(console.terminal.get(), "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
  // WHY no link: it could lead into /proc, and a file there would from now on be this terminal (CVE-2025-52565).
  const sys::UniqueFd place = open_or_make(root, "/dev/console", Kind::file, Links::refuse);
  sys::move_mount(copy.get(), place.get());
  return console;
}

}  // namespace rootfs
