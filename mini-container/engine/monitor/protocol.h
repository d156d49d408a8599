// What `run -d` and its container-monitor tell each other, over a SOCK_SEQPACKET pair: one send, one message.
//
//     mini-container                      container-monitor
//           |-- start the monitor ------------->|
//           |                                   |  runtime create
//           |<-- "created PID" (or "failed") ---|
//           |  connect the network by PID       |
//           |  runtime start                    |
//           |-- "started" --------------------->|
//           |  print the id, end                |  relay output to the log, wait, become `finish`
//
// An end of file instead of "started" means that the command is gone: the monitor removes the container.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "mini-container/engine/monitor/probe_clock.h"

namespace engine {

inline constexpr char kStarted[] = "started";

struct MonitorReply {
  pid_t pid = 0;  // when created
  int code = 0;   // exit code for the command, when failed
  std::string message;
};

std::string created_message(pid_t pid);
std::string failed_message(int code, const std::string& message);
// Throws std::invalid_argument for what is neither.
MonitorReply parse_reply(const std::string& message);

// The monitor's command line: NAME=VALUE each, all required.
struct MonitorOptions {
  std::string id, bundle, runtime, runtime_state, console_socket, attach_socket, engine, root;
  bool open_input = false;
  std::int64_t log_max_size = 0;  // see LogLimits
  int log_max_file = 1;
  ProbePace pace;
  int socket = -1;
  int lock = -1;
};
std::vector<std::string> monitor_arguments(const MonitorOptions& options);
// The engine's command for one probe of a container's health.
std::vector<std::string> probe_command_of(const std::string& engine, const std::string& root,
                                          const std::string& id);
MonitorOptions parse_monitor_arguments(const std::vector<std::string>& arguments);

// The same of the guardian of one process of `exec` that its user may leave: container-monitor exec NAME=VALUE...
// The command attaches before it says "started", so that nothing of the output is lost. Without an attach socket nobody ever
// attaches (exec -d), and nothing more is said.
struct ExecGuardOptions {
  std::string id, execution;  // the container's, and what events call the exec
  std::string runtime, runtime_state, log;
  std::string process, pid_file;  // of OciRuntime::exec
  std::string console_socket, attach_socket, engine, root;
  int socket = -1;
};
std::vector<std::string> exec_guard_arguments(const ExecGuardOptions& options);
ExecGuardOptions parse_exec_guard_arguments(const std::vector<std::string>& arguments);

}  // namespace engine
