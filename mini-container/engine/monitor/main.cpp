// container-monitor: the guardian of one detached container, small because there is one for each.
//
// It speaks with the `run -d` that started it through a socket (protocol.h), then outlives it. At the
// container's end it becomes `mini-container finish`, which cleans up; so neither JSON records nor firewall
// libraries occupy memory while the container runs. Reads: prctl(2), setsid(2), execve(2).
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "mini-container/engine/monitor/guard.h"
#include "mini-container/engine/monitor/protocol.h"

namespace {

using engine::MonitorOptions;

// A command that is gone hears nothing; wait_for_start finds out.
void tell(int socket, const std::string& message) {
  sys::write_if_read(socket, message);
}

// True when the command says that the container runs; false when the command is gone without that.
bool wait_for_start(int socket) {
  const auto message = sys::receive_message(socket);
  return message && message->bytes == engine::kStarted;
}

[[noreturn]] void become_finish(const MonitorOptions& options, int code) {
  sys::set_cloexec(options.lock, false);
  const std::vector<std::string> arguments = {options.engine, "--root",
                                              options.root,   "finish",
                                              options.id,     std::to_string(code),
                                              "--lock",       std::to_string(options.lock)};
  sys::execve(options.engine, arguments,
              {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
}

int monitor(const MonitorOptions& options) {
  // A signal to the monitor must not orphan the container; what it is for goes through the engine.
  const sys::UniqueFd signals = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE});
  sys::UniqueFd socket(options.socket);
  // ORDER: before the runtime is started. A container that inherited the lock would look guarded for as long
  // as it lives.
  sys::set_cloexec(options.socket, true);
  sys::set_cloexec(options.lock, true);
  const engine::OciRuntime runtime(options.runtime, options.runtime_state, options.bundle + "/runtime.log");
  engine::Guard guard(runtime, {options.id,
                                options.bundle,
                                options.bundle + "/log",
                                {options.log_max_size, options.log_max_file},
                                options.console_socket,
                                options.attach_socket,
                                options.open_input});
  try {
    tell(socket.get(), engine::created_message(guard.create()));
  } catch (const engine::RuntimeFailed& error) {
    tell(socket.get(), engine::failed_message(error.exit_code(), error.what()));
    return 1;
  } catch (const std::exception& error) {
    tell(socket.get(), engine::failed_message(125, error.what()));
    return 1;
  }
  const bool started = wait_for_start(socket.get());
  socket.reset();
  sys::stop_tracing();
  if (!started) runtime.remove(options.id);
  const sys::ExitStatus status = guard.supervise({}, -1, [](engine::Relay&, int) {});
  become_finish(options, status.shell_code());
}

}  // namespace

int main(int count, char** arguments) {
  try {
    trace::set_role(trace::Role::monitor);
    sys::start_tracing({});
    return monitor(engine::parse_monitor_arguments({arguments + 1, arguments + count}));
  } catch (const std::exception& error) {
    sys::complain("container-monitor", error.what());
    return 125;
  }
}
