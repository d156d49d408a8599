// Carries bytes between a container's process and whoever watches it: a user's terminal or pipes, those who are attached
// from elsewhere, and the log.
//
// One poll(2) loop, no threads. The process gets pipes or a terminal of its own, never the user's: a process
// that holds the user's terminal can type into it (TIOCSTI). Reads: poll(2), pipe(7), pty(7), ioctl_tty(2).
#pragma once

#include <functional>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/engine/monitor/attached.h"
#include "mini-container/engine/monitor/log_writer.h"
#include "mini-container/engine/monitor/probe_clock.h"

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
  // `log` may be null. `listener` is where others attach; empty if they cannot.
  Relay(ProcessEnds process, const UserEnds& user, LogWriter* log, sys::UniqueFd listener = {});

  // Serves until the process behind `pidfd` has ended and all it wrote is delivered. Each signal that arrives
  // on the signal descriptor `signals` (-1 for none) is passed to `on_signal`; `probes` are served when they are due.
  void serve(int pidfd, int signals, const std::function<void(int)>& on_signal, ProbeClock& probes);

  // The user's window size becomes the process's.
  void resize();
  // Tells those who are attached how it ended.
  void tell_end(int code);

 private:
  struct Stream {
    int from = -1;
    int to = -1;
    const char* name = "stdout";
    Kind kind = Kind::output;
    bool open = false;
  };
  std::vector<pollfd> watched(int pidfd, int signals, int probed) const;
  void read_stream(Stream& stream);
  void read_input();
  void write_input();
  void close_input();
  void hear(const AttachMessage& message);
  int target() const { return process_.terminal ? process_.terminal.get() : process_.input.get(); }

  ProcessEnds process_;
  UserEnds user_;
  LogWriter* log_;
  Attached attached_;
  Stream streams_[2];
  bool user_types_ = false;
  std::string pending_;  // typed, not yet taken by the process
};

}  // namespace engine
