// See newcomer.h.
#include "mini-container/runtime/lifecycle/newcomer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/sys/file.h"
#include "mini-container/runtime/cgroup/layout.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"

namespace lifecycle {

namespace {

void change_user(spec::User& user, const std::string& text) {
  const char* end = text.data() + text.size();
  user = {};
  auto parsed = std::from_chars(text.data(), end, user.uid);
  if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == ':') {
    parsed = std::from_chars(parsed.ptr + 1, end, user.gid);
  }
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    throw spec::Invalid("--user", fmt::format("\"{}\" is not UID or UID:GID", text),
                        "Names are the engine's business");
  }
}

void add_capabilities(spec::Process& process, const std::vector<std::string>& names) {
  if (names.empty()) return;
  if (!process.capabilities) process.capabilities.emplace();
  spec::Capabilities& sets = *process.capabilities;
  for (auto* set : {&sets.bounding, &sets.permitted, &sets.effective})
    set->insert(set->end(), names.begin(), names.end());
  // As runc: a container whose programs inherit capabilities inherits the added ones too.
  if (sets.inheritable.empty()) return;
  for (auto* set : {&sets.inheritable, &sets.ambient})
    set->insert(set->end(), names.begin(), names.end());
}

spec::Process process_to_change(const spec::Config& config, const ExecOptions& options) {
  if (!options.process_file.empty()) return spec::parse_process(sys::read_file(options.process_file));
  spec::Process process = config.process.value_or(spec::Process{});
  process.args.clear();
  process.terminal = false;
  return process;
}

// "memory:sub", or "/sub" for every hierarchy.
struct GroupName {
  std::string controller, path;
};

GroupName parse_group(const std::string& text) {
  const std::size_t colon = text.find(':');
  GroupName name;
  if (colon != std::string::npos) name.controller = text.substr(0, colon);
  name.path = colon == std::string::npos ? text : text.substr(colon + 1);
  while (name.path.starts_with('/'))
    name.path.erase(0, 1);
  if (name.path.empty() || ("/" + name.path + "/").find("/../") != std::string::npos)
    throw spec::Invalid("--cgroup", fmt::format("\"{}\" names no group below the container's", text),
                        "Write GROUP or CONTROLLER:GROUP");
  return name;
}

// False if the group is in another hierarchy.
bool descend(cgroup::Placement& placement, const GroupName& name) {
  const bool here = name.controller.empty() ||
                    ("," + placement.name + ",").find("," + name.controller + ",") != std::string::npos;
  if (!here) return false;
  placement.path += "/" + name.path;
  if (sys::exists(placement.path + "/cgroup.procs")) return true;
  throw spec::Invalid("--cgroup", fmt::format("there is no group {}", placement.path),
                      "Make it first; exec only enters what is there");
}

// A v2 group that hands controllers down takes no processes (EBUSY): whoever made groups below its own has left that.
// Where the container's first process went, another may follow. Reads: cgroups(7) (no internal processes).
void follow_first_process(cgroup::Placement& group, pid_t first) {
  const auto handed_down = sys::read_file_if_present(group.path + "/cgroup.subtree_control");
  if (!handed_down || handed_down->find_first_not_of('\n') == std::string::npos) return;
  const auto groups = sys::read_file_if_present(fmt::format("/proc/{}/cgroup", first));
  if (!groups) return;
  const cgroup::Layout layout = cgroup::parse_layout(sys::read_file("/proc/self/mountinfo"), *groups, "");
  if (layout.unified() == nullptr) return;
  const std::string path = layout.unified()->mount_point + layout.unified()->own;
  if (path.starts_with(group.path + "/")) group.path = path;
}

}  // namespace

spec::Process wanted_process(const spec::Config& config, const ExecOptions& options) {
  spec::Process process = process_to_change(config, options);
  if (!options.arguments.empty()) process.args = options.arguments;
  process.terminal = process.terminal || options.terminal;
  process.env.insert(process.env.end(), options.environment.begin(), options.environment.end());
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (!options.user.empty()) change_user(process.user, options.user);
  auto& groups = process.user.additional_gids;
  groups.insert(groups.end(), options.additional_gids.begin(), options.additional_gids.end());
  if (options.no_new_privileges) process.no_new_privileges = true;
  add_capabilities(process, options.capabilities);
  if (!options.apparmor_profile.empty()) process.apparmor_profile = options.apparmor_profile;
  if (!options.selinux_label.empty()) process.selinux_label = options.selinux_label;
  spec::validate(process, "process");
  if (process.terminal && options.detach && options.console_socket.empty()) {
    throw spec::Invalid("--detach", "the terminal would have no owner",
                        "Give --console-socket, or leave out --detach or the terminal");
  }
  return process;
}

cgroup::Cgroup wanted_groups(const spec::State& state, const ExecOptions& options) {
  std::vector<cgroup::Placement> placements = placements_of(state);
  std::erase_if(placements,
                [](const cgroup::Placement& one) { return !sys::exists(one.path + "/cgroup.procs"); });
  if (options.cgroups.empty()) {
    for (cgroup::Placement& placement : placements)
      if (placement.name == "unified") follow_first_process(placement, state.pid);
  }
  for (const std::string& text : options.cgroups) {
    const GroupName name = parse_group(text);
    bool found = false;
    for (cgroup::Placement& placement : placements)
      found = descend(placement, name) || found;
    if (!found)
      throw spec::Invalid("--cgroup", fmt::format("the container has no group with the {} controller", text));
  }
  return cgroup::Cgroup::open(placements);
}

}  // namespace lifecycle
