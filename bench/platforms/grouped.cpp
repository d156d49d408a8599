// See grouped.h.
#include "bench/platforms/grouped.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace bench {

namespace {

constexpr const char* kTop = "/sys/fs/cgroup";

bool is_v2() {
  return sys::exists(std::string(kTop) + "/cgroup.controllers");
}

// The folder of `group` in each hierarchy that a container would be in, and the file that takes a process in.
std::vector<std::pair<std::string, std::string>> places_of(const std::string& group) {
  const std::string path = fmt::format("{}/{}", cgroup_parent(), group);
  if (is_v2()) return {{fmt::format("{}/{}", kTop, path), "cgroup.procs"}};
  std::vector<std::pair<std::string, std::string>> places;
  for (const char* controller : {"cpu", "memory", "pids"})
    places.emplace_back(fmt::format("{}/{}/{}", kTop, controller, path), "tasks");
  return places;
}

// v2 hands controllers down one level at a time.
void make_parents(const std::string& folder) {
  const std::string parent = folder.substr(0, folder.rfind('/'));
  sys::mkdir_if_missing(parent);
  if (!is_v2()) return;
  for (const std::string& control : {std::string(kTop), parent})
    sys::write_existing_file(control + "/cgroup.subtree_control", "+cpu +memory +pids");
}

}  // namespace

std::string GroupedProcess::prepare() {
  if (sys::geteuid() != 0) return "needs root";
  return sys::exists(sibling_program("in-group")) ? "" : "in-group is not built";
}

Arguments GroupedProcess::command(const Arguments& arguments) {
  return command_in("process", arguments);
}

std::optional<Arguments> GroupedProcess::command_with_shares(const Arguments& arguments, int shares) {
  const std::string group = fmt::format("process-{}", shares);
  Arguments all = command_in(group, arguments);
  const std::string folder = places_of(group).front().first;
  if (is_v2()) {
    sys::write_existing_file(folder + "/cpu.weight", std::to_string(shares * 100 / 1024));
  } else {
    sys::write_existing_file(folder + "/cpu.shares", std::to_string(shares));
  }
  return all;
}

Arguments GroupedProcess::command_in(const std::string& group, const Arguments& arguments) {
  Arguments all = {sibling_program("in-group")};
  for (const auto& [folder, file] : places_of(group)) {
    make_parents(folder);
    sys::mkdir_if_missing(folder);
    all.push_back(fmt::format("{}/{}", folder, file));
  }
  all.emplace_back("--");
  const Arguments program = Process::command(arguments);
  all.push_back(find_program(program.front()));
  all.insert(all.end(), program.begin() + 1, program.end());
  return all;
}

}  // namespace bench
