// What a process does to itself before, and instead of, going on: limits, signals, and becoming another
// program. Declared in process.h.
#include <fmt/format.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys/process.h"
#include "base/sys/strings.h"

namespace sys {

namespace {

void prctl(const char* what, int option, unsigned long value, Where where) {
  call(
      "prctl", [&] { return fmt::format("{}, {}", what, value); },
      [&] { return ::prctl(option, value, 0UL, 0UL, 0UL); }, where);
}

sigset_t set_of(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals)
    sigaddset(&set, signal);
  return set;
}

}  // namespace

void execve(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment, Where where) {
  const auto argv = c_strings(arguments);
  const auto envp = c_strings(environment);
  call(
      "execve", [&] { return fmt::format("{}", fmt::join(arguments, " ")); },
      [&] { return ::execve(program.c_str(), argv.data(), envp.data()); }, where);
  exit_now(127);
}

void execveat(int program, const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment, Where where) {
  const auto argv = c_strings(arguments);
  const auto envp = c_strings(environment);
  call(
      "execveat", [&] { return fmt::format("fd {}: {}", program, fmt::join(arguments, " ")); },
      [&] { return ::syscall(SYS_execveat, program, "", argv.data(), envp.data(), AT_EMPTY_PATH); }, where);
  exit_now(127);
}

void set_no_new_privileges(Where where) {
  prctl("PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1, where);
}
UniqueFd set_seccomp_filter(std::span<const sock_filter> program, unsigned flags, Where where) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  const long result = call(
      "seccomp",
      [&] {
        return fmt::format("SECCOMP_SET_MODE_FILTER, {} instructions, flags {:#x}", program.size(), flags);
      },
      [&] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter); }, where);
  return UniqueFd((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? static_cast<int>(result) : -1);
}
void set_dumpable(bool on, Where where) {
  prctl("PR_SET_DUMPABLE", PR_SET_DUMPABLE, on ? 1 : 0, where);
}
void set_child_subreaper(Where where) {
  prctl("PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER, 1, where);
}

void set_parent_death_signal(int signal, Where where) {
  prctl("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, static_cast<unsigned long>(signal), where);
}

rlimit getrlimit(int resource, const std::string& name, Where where) {
  rlimit limit{};
  call(
      "getrlimit", [&] { return name; },
      [&] { return ::getrlimit(static_cast<__rlimit_resource>(resource), &limit); }, where);
  return limit;
}

void setrlimit(int resource, const std::string& name, rlim_t soft, rlim_t hard, Where where) {
  const rlimit limit{soft, hard};
  call(
      "setrlimit", [&] { return fmt::format("{}, soft {}, hard {}", name, soft, hard); },
      [&] { return ::setrlimit(static_cast<__rlimit_resource>(resource), &limit); }, where);
}

void setsid(Where where) {
  call(
      "setsid", [] { return std::string(); }, [] { return ::setsid(); }, where);
}

bool new_session_keyring(const std::string& name, Where where) {
  const auto describe = [&] { return "KEYCTL_JOIN_SESSION_KEYRING, " + name; };
  const auto outcome = attempt(
      "keyctl", describe, [&] { return ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str()); },
      where);
  const bool none = outcome.error == ENOSYS || outcome.error == EPERM || outcome.error == EDQUOT;
  if (outcome.ok() || none) return outcome.ok();
  throw Error(outcome.error, "keyctl", describe(), std::string(trace::Phase::current()));
}

mode_t umask(mode_t mask, Where where) {
  return static_cast<mode_t>(call(
      "umask", [&] { return fmt::format("{:#o}", mask); }, [&] { return static_cast<int>(::umask(mask)); },
      where));
}

UniqueFd signal_descriptor(const std::vector<int>& signals, Where where) {
  const sigset_t set = set_of(signals);
  call(
      "rt_sigprocmask", [&] { return fmt::format("SIG_BLOCK, {}", fmt::join(signals, " ")); },
      [&] { return ::sigprocmask(SIG_BLOCK, &set, nullptr); }, where);
  return UniqueFd(call(
      "signalfd4", [&] { return fmt::format("{}", fmt::join(signals, " ")); },
      [&] { return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK); }, where));
}

int next_signal(int descriptor, Where where) {
  signalfd_siginfo info{};
  const auto outcome = attempt(
      "read", [&] { return fmt::format("signalfd {}", descriptor); },
      [&] { return ::read(descriptor, &info, sizeof info); }, where);
  return outcome.ok() ? static_cast<int>(info.ssi_signo) : 0;
}

void reset_signals(Where where) {
  for (int signal = 1; signal < SIGRTMAX; ++signal) {
    // WHY: not traced one by one; SIGKILL and SIGSTOP cannot be changed and say so (EINVAL).
    std::signal(signal, SIG_DFL);
  }
  const sigset_t none = set_of({});
  call(
      "rt_sigprocmask", [] { return std::string("SIG_SETMASK, none"); },
      [&] { return ::sigprocmask(SIG_SETMASK, &none, nullptr); }, where);
}

void exit_now(int status) {
  ::_exit(status);
}

}  // namespace sys
