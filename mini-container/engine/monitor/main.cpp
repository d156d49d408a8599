// container-monitor: the guardian of one detached container, small because there is one for each; with `exec` as its first
// word, that of one more process in a container, which its user may leave (exec_guard.h).
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
#include "base/sys/own_program.h"
#include "mini-container/engine/monitor/conversation.h"
#include "mini-container/engine/monitor/exec_guard.h"
#include "mini-container/engine/monitor/guard.h"
#include "mini-container/engine/monitor/protocol.h"

namespace {

using engine::MonitorOptions;

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
  engine::Guard guard(runtime,
                      {options.id,
                       options.bundle,
                       options.bundle + "/log",
                       {options.log_max_size, options.log_max_file},
                       options.console_socket,
                       options.attach_socket,
                       options.open_input,
                       {engine::probe_command_of(options.engine, options.root, options.id), options.pace}});
  if (!engine::tell_what_was_made(socket.get(), [&] { return guard.create(); })) return 1;
  const bool started = engine::wait_for_start(socket.get());
  socket.reset();
  sys::stop_tracing();
  if (!started) runtime.remove(options.id);
  sys::give_back_own_text();
  const sys::ExitStatus status = guard.supervise({}, -1, [](engine::Relay&, int) {});
  become_finish(options, status.shell_code());
}

}  // namespace

int main(int count, char** arguments) {
  try {
    trace::set_role(trace::Role::monitor);
    sys::start_tracing({});
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (!words.empty() && words.front() == "exec")
      return engine::guard_exec(engine::parse_exec_guard_arguments(words));
    return monitor(engine::parse_monitor_arguments(words));
  } catch (const std::exception& error) {
    sys::complain("container-monitor", error.what());
    return 125;
  }
}
