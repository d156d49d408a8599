// Processes: made with clone3(2) or posix_spawn(3), watched and signalled through a pidfd, which can never
// come to mean another process as a pid can.
// Reads: clone(2), posix_spawn(3), pidfd_open(2), pidfd_send_signal(2), waitid(2), execve(2), execveat(2),
// prctl(2), getrlimit(2), setrlimit(2), seccomp(2), setsid(2), umask(2), kill(2), sigprocmask(2), signalfd(2).
#pragma once

#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <csignal>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

// How a process ended.
struct ExitStatus {
  int code = 0;    // of exit(2), when signal is 0
  int signal = 0;  // that killed it
  // As a shell and Docker report it: code, or 128 + signal.
  int shell_code() const { return signal != 0 ? 128 + signal : code; }
};

// A child of this process, killed and reaped when it goes out of scope unless released. Move-only.
class Child {
 public:
  Child() = default;
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  explicit operator bool() const { return pid_ > 0; }
  // False if the process is gone already.
  bool kill(int signal, Where where = Where::current());
  // Waits for the end and reaps; the child is empty afterwards.
  ExitStatus wait(Where where = Where::current());
  // Lets the process outlive this object.
  void release() { pid_ = 0; }

 private:
  void kill_and_reap() noexcept;
  pid_t pid_ = 0;
  UniqueFd pidfd_;
};

struct CloneArguments {
  std::uint64_t flags = 0;  // CLONE_NEW*; CLONE_PIDFD is added
  int cgroup = -1;          // descriptor of a cgroup v2 directory: CLONE_INTO_CGROUP
  bool sibling = false;     // CLONE_PARENT: a child of this process's parent, which waits for it
};
// clone3(2) as a fork: `child_main` runs in the child, and its result is the exit status. The caller must be
// single-threaded. `child_main` must not throw.
Child clone3(const CloneArguments& arguments, const std::function<int()>& child_main,
             Where where = Where::current());

// A program started from PATH with the given standard descriptors (-1: /dev/null) and extra descriptors kept
// open under their own numbers. Everything else is close-on-exec.
struct SpawnOptions {
  std::string program = {};  // the path of the file to run; empty: arguments[0], looked up in PATH
  int input = -1;
  int output = -1;
  int error = 2;
  std::vector<int> keep;
  std::vector<std::string> environment;  // "NAME=value", added to this process's own
  bool clean_environment = false;        // `environment` only, nothing of this process's
  bool own_session = false;              // setsid(2): out of the terminal's reach
  // setpgid(2), and the group gets the keys of the terminal on standard input, if that is one: tcsetpgrp(3).
  bool own_group = false;
};
Child spawn(const std::vector<std::string>& arguments, const SpawnOptions& options = {},
            Where where = Where::current());

// The process behind a pidfd, by the number that this process's /proc has for it.
pid_t pid_of(int pidfd, Where where = Where::current());
// pidfd_open(2); empty if no such process.
UniqueFd pidfd_open(pid_t pid, Where where = Where::current());
// False if the process is gone (ESRCH).
bool pidfd_send_signal(int pidfd, int signal, Where where = Where::current());
bool kill_if_present(pid_t pid, int signal, Where where = Where::current());
// Any child of this process that has ended, reaped; nullopt if none has. `pid` receives which.
std::optional<ExitStatus> reap_any(pid_t& pid, Where where = Where::current());
// One process that has ended, if it is a child of this one (adopted ones too: set_child_subreaper). Does not
// wait. False if it is no child (ECHILD) or has not ended.
bool reap_if_child(pid_t pid, Where where = Where::current());

// Field 22 of /proc/PID/stat, in clock ticks since boot: with it, a recorded pid cannot be mistaken for a
// later process with the same number. nullopt if there is no such process.
std::optional<std::uint64_t> start_time(pid_t pid);
// Field 3: 'R', 'S', 'Z' ...; nullopt if there is no such process.
std::optional<char> process_state(pid_t pid);

// Replaces the program; returns only by throwing. `program` is a path.
[[noreturn]] void execve(const std::string& program, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment, Where where = Where::current());
// The program behind an open descriptor (fexecve).
[[noreturn]] void execveat(int program, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment, Where where = Where::current());

// prctl(2) by option name.
void set_no_new_privileges(Where where = Where::current());
// seccomp(2) SECCOMP_SET_MODE_FILTER. `flags` are SECCOMP_FILTER_FLAG_*. Returns a listener descriptor if they ask
// for one.
UniqueFd set_seccomp_filter(std::span<const sock_filter> program, unsigned flags,
                            Where where = Where::current());
void set_dumpable(bool on, Where where = Where::current());
void set_parent_death_signal(int signal, Where where = Where::current());
void set_child_subreaper(Where where = Where::current());

rlimit getrlimit(int resource, const std::string& name, Where where = Where::current());
void setrlimit(int resource, const std::string& name, rlim_t soft, rlim_t hard,
               Where where = Where::current());
void setsid(Where where = Where::current());
// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING with a new keyring: the container must not inherit the caller's keys. False
// where the kernel has no keyrings or refuses them (ENOSYS, EPERM, EDQUOT).
bool new_session_keyring(const std::string& name, Where where = Where::current());
mode_t umask(mode_t mask, Where where = Where::current());

// Blocks signals for this thread and returns a signalfd(2) that reports them.
UniqueFd signal_descriptor(const std::vector<int>& signals, Where where = Where::current());
// The next signal of a signal_descriptor; 0 if none waits.
int next_signal(int descriptor, Where where = Where::current());
// No signal blocked, every disposition the default: what a program expects at its start.
void reset_signals(Where where = Where::current());

// Ends this process at once, without atexit handlers or destructors.
[[noreturn]] void exit_now(int status);

}  // namespace sys
