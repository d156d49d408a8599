// See docker_daemon.h.
#include "bench/platforms/docker_daemon.h"

#include <fmt/format.h>

#include <csignal>

#include "base/sys/file.h"
#include "bench/platforms/platform.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kStartDeadline = 30s;
constexpr int kStopDeadlineMs = 15000;

}  // namespace

std::string docker_client() {
  return sys::exists("/usr/bin/docker") ? "/usr/bin/docker" : find_program("docker");
}

DockerDaemon::DockerDaemon(const Workspace& workspace)
    : folder_(workspace.folder("docker")), address_(fmt::format("unix://{}/docker.sock", folder_)) {
  // WHY: overlay2 is what people use; vfs works where the host's file system carries no overlay.
  if (start("overlay2") || start("vfs")) return;
  const std::string log = sys::read_file_if_present(folder_ + "/log").value_or("");
  throw std::runtime_error("dockerd did not start: " +
                           log.substr(log.size() - std::min<size_t>(log.size(), 300)));
}

bool DockerDaemon::start(const std::string& storage_driver) {
  const sys::UniqueFd log = sys::open(folder_ + "/log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  sys::SpawnOptions options;
  options.output = log.get();
  options.error = log.get();
  options.own_session = true;
  daemon_ = sys::spawn({"unshare",          "--net",           "--mount",         "--pid",
                        "--fork",           "--kill-child",    "--mount-proc",    "dockerd",
                        "--host",           address_,          "--data-root",     data_folder(),
                        "--exec-root",      folder_ + "/exec", "--pidfile",       folder_ + "/pid",
                        "--storage-driver", storage_driver,    "--cgroup-parent", "/" + cgroup_parent()},
                       options);
  const auto limit = std::chrono::steady_clock::now() + kStartDeadline;
  while (std::chrono::steady_clock::now() < limit) {
    pause_for(100ms);
    if (timed_run({docker_client(), "--host", address_, "version"}, 5s).status == 0) return true;
    pollfd ended{daemon_.pidfd(), POLLIN, 0};
    if (sys::poll({&ended, 1}, 0) > 0) break;
  }
  stop();
  return false;
}

// unshare(1) is in it too: it made it, and forked then.
std::string DockerDaemon::network_namespace() const {
  return fmt::format("/proc/{}/ns/net", daemon_.pid());
}

DockerDaemon::~DockerDaemon() {
  try {
    stop();
  } catch (const std::exception&) {
    // Child's destructor kills the first process of the daemon's pid namespace, and with it all others.
  }
}

// ORDER: dockerd itself first, which stops containerd and unmounts; it is the only child of unshare(1).
void DockerDaemon::stop() {
  if (!daemon_) return;
  const auto children =
      sys::read_file_if_present(fmt::format("/proc/{0}/task/{0}/children", daemon_.pid())).value_or("");
  if (!children.empty()) sys::kill_if_present(static_cast<pid_t>(std::stol(children)), SIGTERM);
  pollfd ended{daemon_.pidfd(), POLLIN, 0};
  if (sys::poll({&ended, 1}, kStopDeadlineMs) == 0) daemon_.kill(SIGKILL);
  daemon_.wait();
}

}  // namespace bench
