// /dev/console of a container with a terminal: a pseudo-terminal of the container's own devpts, bound onto
// /dev/console. Reads: pty(7), ioctl_tty(2) (TIOCGPTPEER), OCI runtime-spec config-linux.md (default devices).
#pragma once

#include "base/sys/fd.h"

namespace rootfs {

struct Console {
  sys::UniqueFd master;  // to send through --console-socket
  sys::UniqueFd
      terminal;  // standard input, output and error; make it the controlling terminal after setsid(2)
};

// Opens a pair from /dev/pts/ptmx below the root, which is checked to be what it claims (devpts, 5:2). Throws
// spec::Invalid when the container has no devpts.
Console make_terminal(int root);
// The same, with the terminal end bound onto /dev/console by its descriptor. Call after build(), with Plan::console set.
Console make_console(int root);

}  // namespace rootfs
