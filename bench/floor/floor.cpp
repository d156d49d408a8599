// floor: the shortest container of the course. A C++ program that makes the kernel calls which a container cannot do
// without, in the order of docs/lifecycle.md, and nothing else: no document, no record, no plan, no trace. What a
// runtime's start costs above this is the runtime's own doing.
//
// It gives what the benchmark's bundle asks of every runtime: the same namespaces, limits, mounts, devices, masks,
// capabilities and filter. What it is given ready-made is what a runtime works out: limits as pairs of file and value,
// the filter as instructions. Usage: see kHelp. Exit status: the program's, or 125.
// Reads: clone(2), cgroups(7), mount_namespaces(7), pivot_root(2), capabilities(7), seccomp(2).
#include "bench/floor/floor.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bare {

void check(long result, const char* what) {
  if (result >= 0) return;
  std::fprintf(stderr, "floor: %s: %s\n", what, std::strerror(errno));
  _exit(kFailed);
}

namespace {

constexpr char kHelp[] =
    "Usage: floor ROOTFS FILTER [GROUP [FILE=VALUE]...]... -- PROGRAM [ARGUMENT]...\n"
    "  FILTER  a file of seccomp instructions, or - for none\n"
    "  GROUP   a cgroup to make, as an absolute path; FILE=VALUE is written into it\n";

constexpr int kMostGroups = 16;

struct Group {
  const char* path;
  int tasks;  // of v1, -1 on v2
};

struct Groups {
  Group all[kMostGroups];
  int count = 0;
  int unified = -1;  // directory of the v2 group
};

void write_limit(const char* group, const char* limit) {
  char path[4096];
  const char* equals = std::strchr(limit, '=');
  std::snprintf(path, sizeof path, "%s/%.*s", group, static_cast<int>(equals - limit), limit);
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  check(file, path);
  check(write(file, equals + 1, std::strlen(equals + 1)), path);
  close(file);
}

void add_group(Groups& groups, const char* path) {
  check(groups.count < kMostGroups ? 0 : -1, "too many groups");
  check(mkdir(path, 0755), path);
  Group& group = groups.all[groups.count++];
  group = {path, -1};
  char tasks[4096];
  std::snprintf(tasks, sizeof tasks, "%s/tasks", path);
  group.tasks = open(tasks, O_WRONLY | O_CLOEXEC);
  if (group.tasks < 0) groups.unified = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// Groups and limits up to "--". Returns where the program's arguments begin.
char** make_groups(char** argument, Groups& groups) {
  for (; *argument != nullptr && std::strcmp(*argument, "--") != 0; ++argument) {
    if (**argument == '/') {
      add_group(groups, *argument);
    } else {
      check(groups.count > 0 && std::strchr(*argument, '=') != nullptr ? 0 : -1, *argument);
      write_limit(groups.all[groups.count - 1].path, *argument);
    }
  }
  return *argument == nullptr ? argument : argument + 1;
}

// v1: the child writes "0" into `tasks` while it has one thread, which waits for nobody (design of the runtime's
// cgroup/cgroup.cpp); v2: clone3 makes it inside.
pid_t clone_into(const Groups& groups) {
  clone_args arguments{};
  arguments.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
  arguments.exit_signal = SIGCHLD;
  if (groups.unified >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<unsigned>(groups.unified);
  }
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  check(pid, "clone3");
  return static_cast<pid_t>(pid);
}

[[noreturn]] void live(const char* rootfs, const Filter& filter, const Groups& groups, char** program) {
  for (int i = 0; i < groups.count; ++i) {
    if (groups.all[i].tasks >= 0) check(write(groups.all[i].tasks, "0", 1), "tasks");
  }
  check(sethostname("bench", 5), "sethostname");
  bring_loopback_up();
  build_rootfs(rootfs);
  drop_privileges();
  if (filter.length > 0) load(filter);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  execve(program[0], program, environment);
  check(-1, program[0]);
  _exit(kFailed);
}

// The groups are empty once the program is gone.
int end(pid_t child, const Groups& groups) {
  int status = 0;
  check(waitpid(child, &status, 0), "waitpid");
  for (int i = groups.count - 1; i >= 0; --i)
    check(rmdir(groups.all[i].path), groups.all[i].path);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run(int count, char** arguments) {
  if (count < 5) {
    std::fputs(kHelp, stderr);
    return kFailed;
  }
  Groups groups;
  const Filter filter = read_filter(arguments[2]);
  char** program = make_groups(arguments + 3, groups);
  const pid_t child = clone_into(groups);
  if (child == 0) live(arguments[1], filter, groups, program);
  return end(child, groups);
}

}  // namespace

}  // namespace bare

int main(int count, char** arguments) {
  return bare::run(count, arguments);
}
