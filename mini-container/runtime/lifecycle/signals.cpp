// See signals.h.
#include "mini-container/runtime/lifecycle/signals.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "base/sys/process.h"

namespace lifecycle {

namespace {

bool ends_programs(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

}  // namespace

Interrupted::Interrupted(int signal)
    : std::runtime_error(
          fmt::format("interrupted by {}; what was made so far is taken down again", ::strsignal(signal))),
      signal_(signal) {}

Signals::Signals()
    : descriptor_(
          sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT})) {}

int Signals::next() const {
  return sys::next_signal(descriptor_.get());
}

void Signals::check() const {
  for (int signal = next(); signal != 0; signal = next()) {
    if (ends_programs(signal)) throw Interrupted(signal);
  }
}

void Signals::wait_for(int fd) const {
  pollfd watched[] = {{fd, POLLIN, 0}, {descriptor_.get(), POLLIN, 0}};
  while (true) {
    sys::poll(watched, -1);
    if (watched[1].revents != 0) check();
    if (watched[0].revents != 0) return;
  }
}

}  // namespace lifecycle
