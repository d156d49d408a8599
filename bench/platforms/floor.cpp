// See floor.h.
#include "bench/platforms/floor.h"

#include <fmt/format.h>

#include <cstring>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "bench/platforms/oci_runtime.h"

namespace bench {

namespace {

constexpr const char* kTop = "/sys/fs/cgroup";

// The five limits of the bundle, by the names of the files that hold them: {group's parent, "FILE=VALUE"...}.
std::vector<Arguments> limits() {
  const std::string parent = "/" + cgroup_parent();
  if (sys::exists(std::string(kTop) + "/cgroup.controllers")) {
    return {{kTop + parent, fmt::format("cpu.weight={}", kCpuShares * 100 / 1024),
             fmt::format("cpu.max={} {}", kCpuQuota, kCpuPeriod), fmt::format("memory.max={}", kMemoryLimit),
             fmt::format("pids.max={}", kPidsLimit)}};
  }
  return {{fmt::format("{}/cpu{}", kTop, parent), fmt::format("cpu.shares={}", kCpuShares),
           fmt::format("cpu.cfs_period_us={}", kCpuPeriod), fmt::format("cpu.cfs_quota_us={}", kCpuQuota)},
          {fmt::format("{}/memory{}", kTop, parent), fmt::format("memory.limit_in_bytes={}", kMemoryLimit)},
          {fmt::format("{}/pids{}", kTop, parent), fmt::format("pids.max={}", kPidsLimit)}};
}

}  // namespace

std::string Floor::prepare() {
  if (sys::geteuid() != 0) return "needs root";
  if (kind_ != BundleKind::plain) {
    limits_ = limits();
    make_parents();
  }
  if (kind_ == BundleKind::full) make_filter();
  return {};
}

void Floor::make_parents() {
  for (const Arguments& group : limits_) {
    sys::mkdir_if_missing(group.front());
    // v2 hands controllers down one level at a time.
    for (const std::string& control : {std::string(kTop), group.front()}) {
      if (sys::exists(control + "/cgroup.subtree_control"))
        sys::write_existing_file(control + "/cgroup.subtree_control", "+cpu +memory +pids");
    }
  }
}

// WHY from our runtime's cache: the floor is to load the best filter that anybody has, not to compile one. A cached
// file is the length of a key, the key, four bytes of flags, and the instructions.
void Floor::make_filter() {
  MiniRuntime runtime(workspace_);
  run_or_throw(runtime.command({"nothing"}));
  const std::string cache = runtime.state_folder() + "/.seccomp";
  if (!sys::exists(cache)) return;  // without containers-common the bundle has no profile either
  const std::string file = sys::read_file(cache + "/" + sys::list_directory(cache).at(0));
  std::uint64_t key = 0;
  std::memcpy(&key, file.substr(0, sizeof key).data(), sizeof key);
  filter_ = workspace_.path() + "/floor.bpf";
  sys::write_file_atomically(filter_, file.substr(sizeof key + key + sizeof(std::uint32_t)));
}

Arguments Floor::command(const Arguments& arguments) {
  Arguments all = {sibling_program("floor"), workspace_.rootfs(), filter_};
  ++runs_;
  for (const Arguments& group : limits_) {
    all.push_back(fmt::format("{}/floor-{}", group.front(), runs_));
    all.insert(all.end(), group.begin() + 1, group.end());
  }
  all.emplace_back("--");
  all.insert(all.end(), arguments.begin(), arguments.end());
  // It searches no PATH.
  all[all.size() - arguments.size()] = "/bin/" + arguments.front();
  return all;
}

ImageSize Floor::image_size() {
  return {bytes_under(workspace_.rootfs()), "root file system: busybox and the workload"};
}

}  // namespace bench
