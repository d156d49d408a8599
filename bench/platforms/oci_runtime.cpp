// See oci_runtime.h.
#include "bench/platforms/oci_runtime.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace bench {

OciRuntime::~OciRuntime() {
  // ORDER: worked out before; here program() would no longer be that of the derived class.
  if (!waiting_.empty()) run_whatever_comes(remove_waiting_, std::chrono::seconds(20));
}

std::string OciRuntime::prepare() {
  if (program().empty()) return fmt::format("{} is not installed", name_);
  if (sys::geteuid() != 0) return "needs root";
  return {};
}

Arguments OciRuntime::verb(const std::string& verb, const std::string& id, const Arguments& rest) const {
  Arguments all = {program(), "--root", state_folder(), verb};
  // Options before the id, and what exec runs behind it.
  const bool options = !rest.empty() && rest.front().starts_with("-");
  if (options) all.insert(all.end(), rest.begin(), rest.end());
  all.push_back(id);
  if (!options) all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

Arguments OciRuntime::command(const Arguments& arguments) {
  const std::string id = next_id();
  return verb("run", id, {"--bundle", bundle_for(arguments, place())});
}

std::optional<Arguments> OciRuntime::command_with_shares(const Arguments& arguments, int shares) {
  const std::string id = next_id();
  return verb("run", id, {"--bundle", bundle_for(arguments, fmt::format("shares-{}", shares), shares)});
}

Arguments OciRuntime::create(const std::string& id, const std::string& pid_file, const Arguments& arguments) {
  return verb("create", id, {"--bundle", bundle_for(arguments, place()), "--pid-file", pid_file});
}

Arguments OciRuntime::start_detached(const std::string& id, const Arguments& arguments) {
  return verb("run", id, {"--detach", "--bundle", bundle_for(arguments, place())});
}

const std::string& OciRuntime::waiting_container() {
  if (waiting_.empty()) {
    const std::string id = next_id();
    run_or_throw(verb("run", id, {"--detach", "--bundle", bundle_for(kStanding, "waiting-" + name_)}));
    remove_waiting_ = verb("delete", id, {"--force"});
    waiting_ = id;
  }
  return waiting_;
}

ImageSize OciRuntime::image_size() {
  return {bytes_under(workspace_.rootfs()), "root file system: busybox and the workload"};
}

std::string OciRuntime::next_id() {
  return fmt::format("{}-{}-{}", cgroup_parent(), name(), ++ids_);
}

std::string OciRuntime::place() const {
  return fmt::format("run-{}", ids_ % together_);
}

// One bundle for each program and place, written once: the same for every runtime, and no part of what is
// timed.
std::string OciRuntime::bundle_for(const Arguments& arguments, const std::string& place,
                                   std::optional<int> shares) {
  const std::string folder =
      workspace_.folder(fmt::format("bundle{}-{}-{:x}", suffix_of(kind_), place,
                                    std::hash<std::string>()(fmt::format("{}", fmt::join(arguments, "\n")))));
  const std::string file = folder + "/config.json";
  if (!sys::exists(file)) {
    // SPEC: an absolute path, so that every bundle shares the one root file system.
    auto config =
        bundle_config(workspace_.rootfs(), arguments, fmt::format("/{}/{}", cgroup_parent(), place), kind_);
    if (shares) config["linux"]["resources"]["cpu"] = {{"shares", *shares}};
    sys::write_file_atomically(file, config.dump(1));
  }
  return folder;
}

}  // namespace bench
