// container-init: the first process of a container with --init.
//
// PID 1 of a pid namespace gets every orphan as a child and no signal that it has no handler for (not even SIGTERM).
// Most programs are written for neither. This one starts the program as its child, passes signals on, reaps, and ends
// as the program did; with it the kernel ends whatever is left in the namespace.
// Reads: pid_namespaces(7), signal(7), waitid(2), signalfd(2), credentials(7) (process groups).
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/console.h"
#include "base/sys/process.h"

namespace {

constexpr int kUsage = 125, kCannotRun = 126, kNotFound = 127;

// All but those that the kernel sends to the process whose fault they are, and those that cannot be caught.
std::vector<int> signals_to_pass_on() {
  const std::vector<int> own = {SIGILL,  SIGTRAP, SIGABRT, SIGBUS,  SIGFPE, SIGKILL,
                                SIGSEGV, SIGSTOP, SIGSYS,  SIGTTIN, SIGTTOU};
  std::vector<int> signals;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (std::find(own.begin(), own.end(), signal) == own.end()) signals.push_back(signal);
  }
  return signals;
}

// The program, in a process group of its own: Ctrl-C at its terminal is for it, not for us to pass on a second time.
sys::Child start(const std::vector<std::string>& command) {
  sys::SpawnOptions options;
  options.input = 0;
  options.output = 1;
  options.error = 2;
  options.own_group = true;
  return sys::spawn(command, options);
}

// Reaps every child that has ended; the program's exit code once it is among them.
std::optional<int> reap(pid_t program) {
  std::optional<int> code;
  pid_t ended = 0;
  while (const auto status = sys::reap_any(ended)) {
    if (ended == program) code = status->shell_code();
  }
  return code;
}

int live(const std::vector<std::string>& command) {
  // ORDER: blocked before there is a child, or its end could be missed.
  const sys::UniqueFd signals = sys::signal_descriptor(signals_to_pass_on());
  // With --pid=host this is not PID 1, and orphans would go to the host's.
  sys::set_child_subreaper();
  sys::Child program = start(command);
  pollfd polled = {signals.get(), POLLIN, 0};
  for (;;) {
    sys::poll({&polled, 1}, -1);
    for (int signal = sys::next_signal(signals.get()); signal != 0;
         signal = sys::next_signal(signals.get())) {
      if (signal != SIGCHLD) sys::kill_if_present(program.pid(), signal);
    }
    if (const auto code = reap(program.pid())) {
      program.release();
      return *code;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    std::vector<std::string> command(arguments + 1, arguments + count);
    if (!command.empty() && command.front() == "--") command.erase(command.begin());
    if (command.empty()) {
      sys::complain("container-init", "this is the first process of a container: run --init starts it there");
      return kUsage;
    }
    return live(command);
  } catch (const sys::Error& error) {
    sys::complain("container-init", error.what());
    return error.error() == ENOENT ? kNotFound : kCannotRun;
  }
}
