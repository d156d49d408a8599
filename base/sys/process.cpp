// See process.h: making, waiting for and signalling processes; execution.cpp has what a process does to itself.
// glibc 2.36 declares the pidfd calls without extern "C", hence syscall(2).
#include "base/sys/process.h"

#include <fmt/format.h>
#include <linux/sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "base/sys/strings.h"

namespace sys {

namespace {

ExitStatus status_of(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {info.si_status, 0};
  return {0, info.si_status};
}

// Fields of /proc/PID/stat after the command name, which may itself hold spaces and brackets. Index 0 is
// field 3.
std::optional<std::vector<std::string>> stat_fields(pid_t pid) {
  const auto text = read_file_if_present(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  const size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text->size()) return std::nullopt;
  std::vector<std::string> fields(1);
  for (const char character : text->substr(name_end + 2)) {
    if (character == ' ') {
      fields.emplace_back();
    } else {
      fields.back() += character;
    }
  }
  return fields;
}

}  // namespace

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  kill_and_reap();
  pid_ = std::exchange(other.pid_, 0);
  pidfd_ = std::move(other.pidfd_);
  return *this;
}

Child::~Child() {
  kill_and_reap();
}

void Child::kill_and_reap() noexcept {
  if (pid_ <= 0) return;
  // WHY: not traced. This runs while an error is on its way up and must neither fail nor be failed by a sink.
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

bool Child::kill(int signal, Where where) {
  return pidfd_send_signal(pidfd_.get(), signal, where);
}

ExitStatus Child::wait(Where where) {
  siginfo_t info{};
  call(
      "waitid", [&] { return fmt::format("P_PID {}, WEXITED", pid_); },
      retry([&] { return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED); }), where);
  pid_ = 0;
  pidfd_.reset();
  return status_of(info);
}

Child clone3(const CloneArguments& arguments, const std::function<int()>& child_main, Where where) {
  int pidfd = -1;
  clone_args kernel_arguments{};
  kernel_arguments.flags = arguments.flags | CLONE_PIDFD;
  kernel_arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  // A sibling ends with the signal that its parent will end with: the kernel wants none named here (EINVAL).
  if (arguments.sibling) {
    kernel_arguments.flags |= CLONE_PARENT;
  } else {
    kernel_arguments.exit_signal = SIGCHLD;
  }
  if (arguments.cgroup >= 0) {
    kernel_arguments.flags |= CLONE_INTO_CGROUP;
    kernel_arguments.cgroup = static_cast<std::uint64_t>(arguments.cgroup);
  }
  const long pid = call(
      "clone3", [&] { return clone_flag_names(kernel_arguments.flags); },
      [&] {
        const long result = ::syscall(SYS_clone3, &kernel_arguments, sizeof kernel_arguments);
        // The child leaves here: it must not return into the frames, and the report, of its parent.
        if (result == 0) exit_now(child_main());
        return result;
      },
      where);
  return {static_cast<pid_t>(pid), UniqueFd(pidfd)};
}

Child spawn(const std::vector<std::string>& arguments, const SpawnOptions& options, Where where) {
  const UniqueFd null = open("/dev/null", O_RDWR, 0, where);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int standard[] = {options.input, options.output, options.error};
  for (int number = 0; number < 3; ++number) {
    posix_spawn_file_actions_adddup2(&actions, standard[number] < 0 ? null.get() : standard[number], number);
  }
  // dup2 onto itself clears close-on-exec, by posix_spawn's own rule.
  for (const int fd : options.keep)
    posix_spawn_file_actions_adddup2(&actions, fd, fd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  short flags = POSIX_SPAWN_SETSIGMASK;
  if (options.own_session) flags |= POSIX_SPAWN_SETSID;
  if (options.own_group) flags |= POSIX_SPAWN_SETPGROUP;
  // WHY in the child, between fork and exec: no read of the program may come before the terminal is its own (SIGTTIN).
  if (options.own_group && options.input >= 0 && ::isatty(options.input) == 1)
    posix_spawn_file_actions_addtcsetpgrp_np(&actions, options.input);
  posix_spawnattr_setflags(&attributes, flags);

  std::vector<std::string> environment = options.environment;
  for (char** entry = environ; *entry != nullptr && !options.clean_environment; ++entry)
    environment.emplace_back(*entry);
  const auto argv = c_strings(arguments);
  const auto envp = c_strings(environment);
  pid_t pid = 0;
  const auto start = [&] {
    const auto spawn = options.program.empty() ? ::posix_spawnp : ::posix_spawn;
    const char* program = options.program.empty() ? argv[0] : options.program.c_str();
    errno = spawn(&pid, program, &actions, &attributes, argv.data(), envp.data());
    return errno == 0 ? 0 : -1;
  };
  const auto outcome = attempt(
      "posix_spawn", [&] { return fmt::format("{}", fmt::join(arguments, " ")); }, start, where);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (!outcome.ok()) {
    throw Error(outcome.error, "posix_spawn", arguments.front(), std::string(trace::Phase::current()),
                outcome.error == ENOENT ? "the program is not installed, or not in PATH" : "");
  }
  return {pid, pidfd_open(pid, where)};
}

pid_t pid_of(int pidfd, Where where) {
  const std::string info = read_file(fmt::format("/proc/self/fdinfo/{}", pidfd), where);
  const std::size_t line = info.find("\nPid:");
  if (line == std::string::npos) throw Error(EBADF, "read", fmt::format("pidfd {}", pidfd));
  return std::stoi(info.substr(line + 5));
}

UniqueFd pidfd_open(pid_t pid, Where where) {
  const auto outcome = attempt(
      "pidfd_open", [&] { return fmt::format("{}", pid); },
      [&] { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }, where);
  if (outcome.ok()) return UniqueFd(outcome.value);
  if (outcome.error == ESRCH) return {};
  throw Error(outcome.error, "pidfd_open", fmt::format("{}", pid), std::string(trace::Phase::current()));
}

bool pidfd_send_signal(int pidfd, int signal, Where where) {
  const auto describe = [&] { return fmt::format("pidfd {}, signal {}", pidfd, signal); };
  const auto outcome = attempt(
      "pidfd_send_signal", describe,
      [&] { return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0); }, where);
  if (outcome.ok() || outcome.error == ESRCH) return outcome.ok();
  throw Error(outcome.error, "pidfd_send_signal", describe(), std::string(trace::Phase::current()));
}

bool kill_if_present(pid_t pid, int signal, Where where) {
  const auto describe = [&] { return fmt::format("{}, signal {}", pid, signal); };
  const auto outcome = attempt(
      "kill", describe, [&] { return ::kill(pid, signal); }, where);
  if (outcome.ok() || outcome.error == ESRCH) return outcome.ok();
  throw Error(outcome.error, "kill", describe(), std::string(trace::Phase::current()));
}

std::optional<ExitStatus> reap_any(pid_t& pid, Where where) {
  siginfo_t info{};
  const auto outcome = attempt(
      "waitid", [] { return std::string("P_ALL, WEXITED|WNOHANG"); },
      retry([&] { return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG); }), where);
  if (!outcome.ok() || info.si_pid == 0) return std::nullopt;
  pid = info.si_pid;
  return status_of(info);
}

bool reap_if_child(pid_t pid, Where where) {
  siginfo_t info{};
  const auto outcome = attempt(
      "waitid", [&] { return fmt::format("P_PID {}, WEXITED|WNOHANG", pid); },
      retry([&] { return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG); }), where);
  return outcome.ok() && info.si_pid == pid;
}

std::optional<std::uint64_t> start_time(pid_t pid) {
  const auto fields = stat_fields(pid);
  if (!fields || fields->size() < 20) return std::nullopt;
  return std::stoull((*fields)[19]);
}

std::optional<char> process_state(pid_t pid) {
  const auto fields = stat_fields(pid);
  if (!fields || fields->front().empty()) return std::nullopt;
  return fields->front().front();
}

}  // namespace sys
