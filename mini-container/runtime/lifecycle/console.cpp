// See console.h.
#include "mini-container/runtime/lifecycle/console.h"

#include <array>
#include <csignal>
#include <stdexcept>

#include "base/sys/socket.h"

namespace lifecycle {

namespace {

void copy_window_size(int master) {
  if (sys::isatty(0)) sys::set_window_size(master, sys::window_size(0));
}

void pass_signals_on(sys::Child& child, int master, const Signals& signals) {
  for (int signal = signals.next(); signal != 0; signal = signals.next()) {
    if (signal != SIGWINCH) {
      child.kill(signal);
    } else if (master >= 0) {
      copy_window_size(master);
    }
  }
}

// False at the end of `from`.
bool relay(int from, int to) {
  std::array<char, 4096> buffer;
  const std::size_t count = sys::read_terminal(from, buffer);
  if (count > 0) sys::write_all(to, {buffer.data(), count});
  return count > 0;
}

}  // namespace

sys::ExitStatus wait_in_foreground(sys::Child& child, int master, const Signals& signals) {
  const sys::RawMode raw(master >= 0 ? 0 : -1);
  std::array<pollfd, 4> watched = {{{signals.descriptor(), POLLIN, 0},
                                    {child.pidfd(), POLLIN, 0},
                                    {master, POLLIN, 0},
                                    {master < 0 ? -1 : 0, POLLIN, 0}}};
  while (true) {
    sys::poll(watched, -1);
    if (watched[0].revents != 0) pass_signals_on(child, master, signals);
    if (watched[2].revents != 0 && !relay(master, 1)) watched[2].fd = -1;
    if (watched[3].revents != 0 && !relay(0, master)) watched[3].fd = -1;
    // ORDER: what the program printed last is read before its end is noticed.
    if (watched[1].revents != 0 && (watched[2].revents == 0 || watched[2].fd < 0)) return child.wait();
  }
}

void relay_what_is_left(int master) {
  pollfd left{master, POLLIN, 0};
  while (sys::poll({&left, 1}, 0) > 0 && relay(master, 1)) {
  }
}

ConsoleReceiver::ConsoleReceiver() {
  sys::SocketPair pair = sys::seqpacket_pair();
  own_end_ = std::move(pair.first);
  child_end_ = std::move(pair.second);
}

sys::UniqueFd ConsoleReceiver::receive() const {
  auto message = sys::receive_message(own_end_.get());
  if (!message || message->descriptors.empty()) throw std::runtime_error("the container sent no terminal");
  sys::UniqueFd master = std::move(message->descriptors.front());
  // ORDER: before the program starts, which would begin in a window of no size, and then be told of another.
  copy_window_size(master.get());
  if (!sys::isatty(1)) sys::end_lines_plainly(master.get());
  return master;
}

}  // namespace lifecycle
