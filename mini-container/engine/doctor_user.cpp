// See doctor_user.h.
#include "mini-container/engine/doctor_user.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/text/text.h"
#include "mini-container/network/user_network.h"

namespace engine {

namespace {

Check subordinate_ids(const sys::IdSpace& space) {
  std::uint64_t others = 0;
  for (const sys::IdRange& range : space.users)
    others += range.first == 0 ? range.count - 1 : range.count;
  return {"subordinate ids", others > 0,
          others > 0 ? fmt::format("{} subordinate ids beside its own", others) : "a single id, its own",
          "all files of images belong to root, and no container runs as another user (-u)",
          "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 NAME, and the package uidmap"};
}

Check user_network() {
  const std::string program = network::user_network_program();
  return {"network of a user", !program.empty(),
          program.empty() ? "neither pasta nor slirp4netns is installed" : "through " + program,
          "containers have a loopback only, and publish no ports", "apt-get install passt"};
}

// Where a container's group would be made: beside the one that this process is in. "" if it is in none.
std::string place_for_groups() {
  const bool unified = sys::exists("/sys/fs/cgroup/cgroup.controllers");
  const std::string own = sys::read_file_if_present("/proc/self/cgroup").value_or("");
  for (const std::string_view line : text::split(own, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() != 3 || fields[1] != (unified ? "" : "memory")) continue;
    return fmt::format("/sys/fs/cgroup/{}{}", fields[1], fields[2].substr(0, fields[2].rfind('/')));
  }
  return {};
}

Check delegated_groups() {
  std::string failure = "none are mounted";
  if (const std::string place = place_for_groups(); !place.empty()) {
    const std::string group = fmt::format("{}/mini-container-doctor-{}", place, sys::getpid());
    try {
      sys::mkdir(group);
      sys::rmdir_if_present(group);
      failure.clear();
    } catch (const sys::Error& error) {
      failure = error.what();
    }
  }
  return {"cgroup delegation", failure.empty(), failure.empty() ? "made a control group" : failure,
          "limits (--memory, --cpus, --pids-limit ...), pause and stats are refused or empty",
          "with systemd on cgroup v2: systemd-run --user --scope -p Delegate=yes mini-container ..."};
}

}  // namespace

std::vector<Check> examine_user() {
  const sys::IdSpace space = sys::id_space();
  if (sys::geteuid() != 0) {
    return {{"root", false, fmt::format("user {}, who may make no user namespace", sys::geteuid()),
             "images and virtual machines only",
             "sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1, or sudo"}};
  }
  if (space.of_host) return {{"root", true, "uid 0", "", ""}};
  return {{"root", true, "root of a user namespace, an ordinary user outside", "", ""},
          subordinate_ids(space),
          user_network(),
          delegated_groups()};
}

}  // namespace engine
