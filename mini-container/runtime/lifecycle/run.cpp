// `run`: create, start, wait and delete without leaving the process.
#include <fmt/format.h>

#include <exception>
#include <optional>

#include "base/sys/socket.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/lifecycle/console.h"

namespace lifecycle {

namespace {

void start_program(Launched& made, int master, const Signals& signals) {
  const trace::Phase phase("start", "the process goes on to become the user's program");
  try {
    made.told_to_start ? await_program(made.line.get(), signals) : start_over(made.line.get(), signals);
  } catch (const std::exception&) {
    // What a hook inside said before it failed.
    relay_what_is_left(master);
    throw;
  }
}

sys::ExitStatus wait_for_end(Launched& made, int master, const Signals& signals) {
  const trace::Phase phase("run and wait", "the program is alone now; signals for this process go to it");
  // Others may stop or delete it meanwhile.
  made.directory.unlock();
  return wait_in_foreground(made.child, master, signals);
}

void take_down(Launched& made) {
  const trace::Phase phase("take down",
                           "groups, then the record; mounts and namespaces went with the last process");
  made.pid_file.keep();
  made.cgroup.remove();
  made.poststop.run();
  made.directory.remove();
}

}  // namespace

int run(const RunOptions& options) {
  const Signals signals;
  const bool elsewhere = !options.launch.console_socket.empty();
  const sys::UniqueFd console =
      elsewhere ? sys::connect_unix(options.launch.console_socket) : sys::UniqueFd();
  std::optional<ConsoleReceiver> receiver;
  if (!elsewhere && !options.detach) receiver.emplace();

  Launched made =
      launch(options.launch, Gate::line, receiver ? receiver->child_end() : console.get(), signals);
  const bool relayed = receiver && made.plans.process.process.terminal;
  const sys::UniqueFd master = relayed ? receiver->receive() : sys::UniqueFd();
  start_program(made, master.get(), signals);
  run_late_hooks(made.config.hooks.poststart, "hooks.poststart", made.state, spec::Status::running);
  if (options.detach) {
    made.keep();
    return 0;
  }
  const sys::ExitStatus status = wait_for_end(made, master.get(), signals);
  if (options.keep) {
    made.keep();
  } else {
    take_down(made);
  }
  return status.shell_code();
}

}  // namespace lifecycle
