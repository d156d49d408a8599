// Ctrl-C while a container is half made must undo it, not stop half way: from here on the signals that end a program
// wait in a signalfd(2), are asked for between steps, and go to the container once it runs.
// Reads: signalfd(2), sigprocmask(2), signal(7).
#pragma once

#include <stdexcept>

#include "base/sys/fd.h"

namespace lifecycle {

class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal);
  int signal() const { return signal_; }

 private:
  int signal_;
};

class Signals {
 public:
  // Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, and what else is worth passing on.
  Signals();
  int descriptor() const { return descriptor_.get(); }
  // The next one that waits, or 0.
  int next() const;
  // Throws Interrupted if one that ends a program waits.
  void check() const;
  // Waits until `fd` can be read; throws Interrupted meanwhile.
  void wait_for(int fd) const;

 private:
  sys::UniqueFd descriptor_;
};

}  // namespace lifecycle
