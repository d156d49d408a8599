// Carries bytes between a container's process and whoever watches it: a user's terminal or pipes, and the log.
//
// One poll(2) loop, no threads. The process gets pipes or a terminal of its own, never the user's: a process
// that holds the user's terminal can type into it (TIOCSTI). Reads: poll(2), pipe(7), pty(7), ioctl_tty(2).
#pragma once

#include <functional>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/engine/monitor/log_writer.h"

namespace engine {

// Our ends of the process's standard descriptors: three pipes, or one terminal.
struct ProcessEnds {
  sys::UniqueFd input, output, error;
  sys::UniqueFd terminal;
};

// Where bytes come from and go to on the user's side; -1 for nowhere.
struct UserEnds {
  int input = -1;
  int output = -1;
  int error = -1;
};

class Relay {
 public:
  // `log` may be null.
  Relay(ProcessEnds process, const UserEnds& user, LogWriter* log);

  // Serves until the process behind `pidfd` has ended and all it wrote is delivered. Each signal that arrives
  // on the signal descriptor `signals` (-1 for none) is passed to `on_signal`.
  void serve(int pidfd, int signals, const std::function<void(int)>& on_signal);

  // The user's window size becomes the process's.
  void resize();

 private:
  struct Stream {
    int from = -1;
    int to = -1;
    const char* name = "stdout";
    bool open = false;
  };
  void read_stream(Stream& stream);
  void read_input();
  void write_input();
  void close_input();

  ProcessEnds process_;
  UserEnds user_;
  LogWriter* log_;
  Stream streams_[2];
  bool input_open_ = false;
  std::string pending_;  // read from the user, not yet taken by the process
};

}  // namespace engine
