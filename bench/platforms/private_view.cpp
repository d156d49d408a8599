// See private_view.h.
#include "bench/platforms/private_view.h"

#include <fmt/format.h>

#include <csignal>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

namespace {

constexpr const char* kUnified = "/sys/fs/cgroup/unified";
constexpr const char* kLauncherState = "/run/vm-launcher";
constexpr int kInterrupted = 130;

// WHY: crun refuses to run where the second hierarchy of a hybrid tree has a controller. In this view the tree is
// then plain version 1, for every platform alike.
bool hide_unified_tree() {
  const auto controllers = sys::read_file_if_present(std::string(kUnified) + "/cgroup.controllers");
  if (!controllers || controllers->find_first_not_of(" \n") == std::string::npos) return false;
  return sys::umount_if_mounted(kUnified);
}

std::vector<std::string> arrange() {
  sys::mount("none", "/", "", MS_REC | MS_PRIVATE);
  sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  // WHY: machines are recorded by their pids, which mean other processes on the two sides.
  sys::mkdir_parents(kLauncherState);
  sys::mount("tmpfs", kLauncherState, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  timed_run({"ip", "link", "set", "lo", "up"}, std::chrono::seconds(5));
  std::vector<std::string> notes = {"run in mount, network and pid namespaces of its own"};
  if (hide_unified_tree())
    notes.emplace_back("the version 2 part of the hybrid cgroup tree hidden: crun refuses it");
  return notes;
}

void pass_on(int signals, sys::Child& child) {
  for (int signal = sys::next_signal(signals); signal != 0; signal = sys::next_signal(signals))
    if (signal != SIGCHLD) child.kill(signal);
}

// PID 1. `alive` is the end of a pipe whose other end only the process outside holds.
int first_process(int alive, const std::function<int()>& work) {
  sys::set_parent_death_signal(SIGKILL);
  // ORDER: after the line above; who was killed before it can no longer kill.
  pollfd outside = {alive, POLLIN, 0};
  if (sys::poll({&outside, 1}, 0) > 0) return kInterrupted;
  // ORDER: before there is a child, or its end could be missed.
  const sys::UniqueFd signals = sys::signal_descriptor({SIGCHLD, SIGINT, SIGTERM, SIGHUP});
  sys::Child worker = sys::clone3({}, [&] { return exit_status_of(work); });
  for (;;) {
    pollfd polled = {signals.get(), POLLIN, 0};
    sys::poll({&polled, 1}, -1);
    pass_on(signals.get(), worker);
    pid_t ended = 0;
    while (const auto status = sys::reap_any(ended)) {
      if (ended != worker.pid()) continue;
      worker.release();
      return status->shell_code();
    }
  }
}

}  // namespace

int exit_status_of(const std::function<int()>& work) {
  try {
    return work();
  } catch (const Interrupted&) {
    sys::write_all(2, "bench: interrupted; nothing is left running\n");
    return kInterrupted;
  } catch (const std::exception& error) {
    sys::write_all(2, fmt::format("bench: {}\n", error.what()));
    return 1;
  }
}

int in_private_view(const std::function<int(const std::vector<std::string>& notes)>& work) {
  if (sys::geteuid() != 0) return work({});
  // ORDER: before the clone; inside, this process has another pid.
  run_name();
  sys::Pipe alive = sys::pipe();
  sys::Child view = sys::clone3({.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET}, [&] {
    alive.write.reset();
    return exit_status_of([&] { return first_process(alive.read.get(), [&] { return work(arrange()); }); });
  });
  pollfd polled[] = {{view.pidfd(), POLLIN, 0}, {interruption_descriptor(), POLLIN, 0}};
  for (; polled[0].revents == 0; sys::poll(polled, -1))
    pass_on(interruption_descriptor(), view);
  return view.wait().shell_code();
}

}  // namespace bench
