// The terminal of a container in the foreground: what the user types goes to its master end, what the program prints
// comes back. Reads: pty(7), termios(3).
#pragma once

#include <optional>

#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "mini-container/runtime/lifecycle/signals.h"

namespace lifecycle {

// Waits for `child`, passing signals on, and with a terminal (`master` not -1) relaying it. Returns how it ended.
sys::ExitStatus wait_in_foreground(sys::Child& child, int master, const Signals& signals);

// What was printed and not read yet; does not wait for more.
void relay_what_is_left(int master);

// The other end of InitContext::console for a command that is itself the terminal's owner.
class ConsoleReceiver {
 public:
  ConsoleReceiver();
  int child_end() const { return child_end_.get(); }
  // The master end that the container's first process sent; it has the size of this terminal.
  sys::UniqueFd receive() const;

 private:
  sys::UniqueFd own_end_, child_end_;
};

}  // namespace lifecycle
