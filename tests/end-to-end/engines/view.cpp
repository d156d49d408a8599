// See view.h.
#include "tests/end-to-end/engines/view.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "mini-container/runtime/cgroup/cgroup.h"

namespace engines {

namespace {

void make_private_places() {
  sys::mount("none", "/", "", MS_REC | MS_PRIVATE);
  sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV);
  sys::mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
  sys::mount("tmpfs", "/var/lib", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
  sys::set_link_up("lo");
  sys::mkdir(folder(), 0711);
  // Podman's monitor notes an out-of-memory in the directory that it was started in.
  sys::chdir(folder());
  for (const char* place : {"HOME", "TMPDIR", "DOCKER_TMPDIR"})
    ::setenv(place, folder().c_str(), 1);
}

// The first process of the pid namespace: it inherits the engines' orphans, and must bury them, because engines take
// a zombie for a process that still runs.
int first_process(const std::function<int()>& tests) {
  try {
    sys::set_parent_death_signal(SIGKILL);
    make_private_places();
    sys::Child worker = sys::clone3({}, tests);
    int status = 0;
    while (::waitpid(-1, &status, 0) != worker.pid()) {
    }
    worker.release();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the private view cannot be made: %s\n", error.what());
    return 1;
  }
}

void remove_cgroups() {
  std::vector<cgroup::Placement> placements;
  for (const auto& hierarchy : cgroup::detect().hierarchies)
    placements.push_back({hierarchy.name(), hierarchy.mount_point + "/" + cgroup_parent()});
  cgroup::Cgroup::open(placements).remove();
}

}  // namespace

int in_own_view(const std::function<int()>& tests) {
  cgroup_parent();
  const int status =
      sys::clone3({CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET, -1}, [&] { return first_process(tests); })
          .wait()
          .shell_code();
  remove_cgroups();
  return status;
}

const std::string& folder() {
  static const std::string path = "/run/engines";
  return path;
}

const std::string& cgroup_parent() {
  // Asked for first outside, where the pid is the host's.
  static const std::string name = "isolab-engines-" + std::to_string(::getpid());
  return name;
}

}  // namespace engines
