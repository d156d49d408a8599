// The one who stays with a container while it runs: makes it through the OCI runtime, holds the other ends of
// its standard descriptors, and collects its exit status.
//
// `run` in the foreground does this in the command itself, `run -d` in a container-monitor. Both hold the
// container's lock, so a dead guardian is known by a lock that is free.
// Reads: prctl(2) PR_SET_CHILD_SUBREAPER, unix(7) SCM_RIGHTS, flock(2).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mini-container/engine/monitor/oci_runtime.h"
#include "mini-container/engine/monitor/relay.h"

namespace engine {

// A process's standard descriptors before it exists: both ends.
class Channels {
 public:
  // `console_socket` is where the runtime sends the terminal; empty for pipes.
  Channels(bool open_input, std::string console_socket);
  ~Channels();
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;

  Stdio for_process() const;
  const std::string& console_socket() const { return console_socket_; }
  // Once the process has its own: closes our copies of its ends, and receives the terminal. ORDER: while we
  // hold a write end too, the end of the output is never seen.
  ProcessEnds take();

 private:
  std::string console_socket_;
  sys::UniqueFd listener_;
  sys::UniqueFd process_input_, process_output_, process_error_;
  ProcessEnds ours_;
};

struct GuardOptions {
  std::string id;
  std::string bundle;  // the container's directory
  std::string log;     // empty for none
  LogLimits log_limits;
  std::string console_socket;  // empty without a terminal
  std::string attach_socket;   // where others attach (attached.h)
  bool open_input = false;
  ProbePlan probes = {};
};

class Guard {
 public:
  // Makes this process the subreaper: the container's first process becomes its child when the runtime's
  // create has ended.
  Guard(const OciRuntime& runtime, GuardOptions options);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  pid_t create();
  // The life of the container, until its end. `on_start` runs once bytes can flow; signals of `signals` go
  // to `on_signal`.
  sys::ExitStatus supervise(const UserEnds& user, int signals,
                            const std::function<void(Relay&, int)>& on_signal,
                            const std::function<void(Relay&)>& on_start = {});

 private:
  const OciRuntime& runtime_;
  GuardOptions options_;
  sys::UniqueFd attach_listener_;
  std::optional<Channels> channels_;
  std::optional<ProcessEnds> ends_;
  pid_t pid_ = 0;
  sys::UniqueFd pidfd_;
};

// Reaps children until `pid` is among them. For a subreaper, whose children it did not all start.
sys::ExitStatus reap(pid_t pid);

}  // namespace engine
