// Processes of the host, its keyrings, and the terminal that the container was launched from.
//
// SIGURG, which nobody minds, is the signal tried: if the walls were down, the test host would live. Even so nothing
// is sent before this is known to be another pid namespace.
// Reads: pid_namespaces(7), kill(2), ptrace(2), process_vm_readv(2), pidfd_open(2), keyctl(2), ioctl_tty(2).
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/tiocl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <climits>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

namespace {

pid_t host_process(const Facts& facts) {
  return static_cast<pid_t>(number(facts, "pid"));
}

bool in_the_hosts_pids(const Facts& facts) {
  char name[64] = {};
  return ::readlink("/proc/self/ns/pid", name, sizeof name - 1) < 0 || name == facts.at("pids");
}

int signal_it(const Facts& facts) {
  return in_the_hosts_pids(facts) ? kWorked : answer(::kill(host_process(facts), SIGURG));
}

// Always succeeds or finds nobody; the host tells whether somebody there heard it.
int signal_everybody(const Facts& facts) {
  if (in_the_hosts_pids(facts)) return kWorked;
  ::kill(-1, SIGURG);
  for (pid_t pid = 2; pid < 70000; ++pid)
    ::kill(pid, SIGURG);
  return ESRCH;
}

int hold_it(const Facts& facts) {
  return answer(::syscall(SYS_pidfd_open, host_process(facts), 0));
}

int trace_it(const Facts& facts) {
  return answer(::ptrace(PTRACE_SEIZE, host_process(facts), nullptr, nullptr));
}

int read_its_memory(const Facts& facts) {
  char byte = 0;
  const iovec here{&byte, 1};
  const iovec there{&byte, 1};
  return answer(::process_vm_readv(host_process(facts), &here, 1, &there, 1, 0));
}

int be_its_owner(const Facts& facts) {
  return answer(::fcntl(0, F_SETOWN, host_process(facts)));
}

int limit_it(const Facts& facts) {
  rlimit limit{};
  return answer(::prlimit(host_process(facts), RLIMIT_NOFILE, nullptr, &limit));
}

int look_at_it(const Facts& facts) {
  return answer(::open(("/proc/" + facts.at("pid")).c_str(), O_PATH));
}

long keyctl(long operation, long a = 0, long b = 0, long c = 0) {
  return ::syscall(SYS_keyctl, operation, a, b, c, 0);
}

int32_t host_key(const Facts& facts) {
  return static_cast<int32_t>(number(facts, "key"));
}

int read_a_key(const Facts& facts) {
  char text[64];
  return answer(keyctl(KEYCTL_READ, host_key(facts), reinterpret_cast<long>(text), sizeof text));
}

int find_a_key(const Facts&) {
  return answer(keyctl(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, reinterpret_cast<long>("user"),
                       reinterpret_cast<long>("isolab-host")));
}

int take_a_key(const Facts& facts) {
  return answer(keyctl(KEYCTL_LINK, host_key(facts), KEY_SPEC_PROCESS_KEYRING));
}

int open_a_key_to_all(const Facts& facts) {
  return answer(keyctl(KEYCTL_SETPERM, host_key(facts), 0x3f3f3f3f));
}

int take_the_keyring(const Facts& facts) {
  return answer(keyctl(KEYCTL_LINK, number(facts, "keyring"), KEY_SPEC_PROCESS_KEYRING));
}

int join_the_keyring(const Facts&) {
  const long joined = keyctl(KEYCTL_JOIN_SESSION_KEYRING, reinterpret_cast<long>("isolab-hosts-session"));
  return joined < 0 ? errno : find_a_key({});
}

// CVE-2017-5226 and its kin: what is "typed" here would be read by the shell that launched the container.
int type_into_the_terminal(const Facts&) {
  return answer(::ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

int take_the_terminal(const Facts&) {
  ::setsid();
  return answer(::ioctl(STDIN_FILENO, TIOCSCTTY, 1));
}

int paste_into_the_terminal(const Facts&) {
  char paste[] = {TIOCL_PASTESEL};
  return answer(::ioctl(STDIN_FILENO, TIOCLINUX, paste));
}

int open_the_terminal(const Facts&) {
  return answer(::open("/dev/tty", O_RDWR));
}

}  // namespace

std::vector<Attempt> process_attempts() {
  return {{"signal", signal_it},
          {"signal-everybody", signal_everybody},
          {"pidfd", hold_it},
          {"ptrace", trace_it},
          {"memory", read_its_memory},
          {"sigio", be_its_owner},
          {"prlimit", limit_it},
          {"proc-pid", look_at_it},
          {"key-read", read_a_key},
          {"key-search", find_a_key},
          {"key-link", take_a_key},
          {"key-permissions", open_a_key_to_all},
          {"keyring-link", take_the_keyring},
          {"keyring-join", join_the_keyring},
          {"tiocsti", type_into_the_terminal},
          {"tiocsctty", take_the_terminal},
          {"tioclinux", paste_into_the_terminal},
          {"dev-tty", open_the_terminal}};
}

}  // namespace attacks
