// See exec_guard.h. Reads: unix(7), prctl(2) PR_SET_CHILD_SUBREAPER, execve(2).
#include "mini-container/engine/monitor/exec_guard.h"

#include <csignal>

#include "base/sys/file.h"
#include "base/sys/own_program.h"
#include "base/sys/socket.h"
#include "mini-container/engine/monitor/conversation.h"
#include "mini-container/engine/monitor/guard.h"

namespace engine {

namespace {

// Writes down how it ended.
[[noreturn]] void become_exec_ended(const ExecGuardOptions& options, int code) {
  sys::execve(options.engine,
              {options.engine, "--root", options.root, "exec-ended", options.id, options.execution,
               std::to_string(code)},
              {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
}

// Of one that nobody sees or talks to.
int guard_unwatched(const ExecGuardOptions& options, const OciRuntime& runtime, sys::UniqueFd socket) {
  pid_t pid = 0;
  const bool made = tell_what_was_made(socket.get(), [&] {
    pid = runtime.exec(options.id, options.process, options.pid_file, {}, "");
    return pid;
  });
  if (!made) return 1;
  socket.reset();
  const sys::UniqueFd process = sys::pidfd_open(pid);
  pollfd ended = {process.get(), POLLIN, 0};
  sys::poll({&ended, 1}, -1);
  become_exec_ended(options, reap(pid).shell_code());
}

}  // namespace

int guard_exec(const ExecGuardOptions& options) {
  const sys::UniqueFd signals = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE});
  sys::UniqueFd socket(options.socket);
  sys::set_cloexec(options.socket, true);
  sys::set_child_subreaper();
  const OciRuntime runtime(options.runtime, options.runtime_state, options.log);
  if (options.attach_socket.empty()) return guard_unwatched(options, runtime, std::move(socket));
  sys::UniqueFd listener;
  ProcessEnds ends;
  pid_t pid = 0;
  const bool made = tell_what_was_made(socket.get(), [&] {
    // ORDER: before the command, which waits for this, attaches.
    listener = sys::listen_unix_seqpacket(options.attach_socket);
    sys::fchmodat(AT_FDCWD, options.attach_socket, 0600);
    Channels channels(true, options.console_socket);
    pid = runtime.exec(options.id, options.process, options.pid_file, channels.for_process(),
                       options.console_socket);
    ends = channels.take();
    return pid;
  });
  if (!made) {
    sys::unlink_if_present(options.attach_socket);
    return 1;
  }
  const sys::UniqueFd process = sys::pidfd_open(pid);
  if (!wait_for_start(socket.get())) sys::pidfd_send_signal(process.get(), SIGKILL);
  socket.reset();
  sys::give_back_own_text();
  Relay relay(std::move(ends), {}, nullptr, std::move(listener));
  ProbeClock no_probes({});
  relay.serve(
      process.get(), -1, [](int) {}, no_probes);
  const int code = reap(pid).shell_code();
  sys::unlink_if_present(options.attach_socket);
  relay.tell_end(code);
  become_exec_ended(options, code);
}

}  // namespace engine
