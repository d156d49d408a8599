// See direct.h.
#include "bench/platforms/direct.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace bench {

namespace {

ImageSize rootfs_size(const Workspace& workspace) {
  return {bytes_under(workspace.rootfs()), "root file system: busybox and the workload"};
}

}  // namespace

Arguments Process::command(const Arguments& arguments) {
  Arguments all = arguments;
  if (all.front() == "workload") all.front() = sibling_program("workload");
  return all;
}

ImageSize Process::image_size() {
  return {static_cast<std::uint64_t>(sys::stat(sibling_program("workload")).st_size), "the program's file"};
}

std::string Bubblewrap::prepare() {
  return find_program("bwrap").empty() ? "bwrap is not installed: apt-get install bubblewrap" : "";
}

Arguments Bubblewrap::command(const Arguments& arguments) {
  Arguments all = {"bwrap",
                   "--unshare-all",
                   "--die-with-parent",
                   "--hostname",
                   "bench",
                   "--bind",
                   workspace_.rootfs(),
                   "/",
                   "--proc",
                   "/proc",
                   "--dev",
                   "/dev"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

ImageSize Bubblewrap::image_size() {
  return rootfs_size(workspace_);
}

std::string OciRuntime::prepare() {
  if (program().empty()) return fmt::format("{} is not installed", name_);
  if (sys::geteuid() != 0) return "needs root";
  return {};
}

Arguments OciRuntime::command(const Arguments& arguments) {
  return {program(),
          "--root",
          workspace_.folder(name_ + "-state"),
          "run",
          "--bundle",
          bundle_for(arguments),
          fmt::format("{}-{}-{}", cgroup_parent(), name_, ++runs_)};
}

ImageSize OciRuntime::image_size() {
  return rootfs_size(workspace_);
}

// One bundle for each program, written once: the same for every runtime, and no part of what is timed.
std::string OciRuntime::bundle_for(const Arguments& arguments) {
  const std::string kind = kind_ == BundleKind::full ? "full" : "plain";
  const std::string folder = workspace_.folder(fmt::format(
      "bundle-{}-{:x}", kind, std::hash<std::string>()(fmt::format("{}", fmt::join(arguments, "\n")))));
  const std::string file = folder + "/config.json";
  if (!sys::exists(file)) {
    // SPEC: an absolute path, so that every bundle shares the one root file system.
    const auto config = bundle_config(workspace_.rootfs(), arguments, "/" + cgroup_parent() + "/run", kind_);
    sys::write_file_atomically(file, config.dump(1));
  }
  return folder;
}

}  // namespace bench
