// See plan.h.
#include "mini-container/runtime/namespaces/plan.h"

#include <fmt/format.h>
#include <linux/sched.h>

#include "base/sys/namespace.h"
#include "mini-container/runtime/spec/names.h"

namespace namespaces {

namespace {

// "container host size" a line.
std::string map_text(const std::vector<spec::IdMapping>& mappings) {
  std::string text;
  for (const spec::IdMapping& one : mappings)
    text += fmt::format("{} {} {}\n", one.container_id, one.host_id, one.size);
  return text;
}

std::string offsets_text(const std::map<std::string, spec::TimeOffset>& offsets) {
  std::string text;
  for (const auto& [clock, offset] : offsets)
    text += fmt::format("{} {} {}\n", clock, offset.seconds, offset.nanoseconds);
  return text;
}

// setns(2) on these never moves the caller, only its later children.
bool of_children_only(const spec::NamespaceKind& kind) {
  return kind.clone_flag == CLONE_NEWPID || kind.clone_flag == CLONE_NEWTIME;
}

void add_new(Plan& plan, const spec::NamespaceKind& kind) {
  // WHY: the dearest of all. The child makes it, while the runtime makes the control groups on another CPU.
  if (kind.clone_flag == CLONE_NEWNET) {
    plan.new_network = true;
    return;
  }
  // ORDER: made in clone3 it would show the group that the child is about to leave as its root.
  if (kind.clone_flag == CLONE_NEWCGROUP) {
    plan.new_cgroup = true;
    return;
  }
  // ORDER: offsets can be written only while no process is in the namespace, so the parent makes it (EACCES).
  if (kind.clone_flag == CLONE_NEWTIME && !plan.time_offsets.empty()) return;
  plan.clone_flags |= kind.clone_flag;
}

void sort_in(Plan& plan, const spec::NamespaceKind& kind, const std::string& path) {
  if (path.empty()) return add_new(plan, kind);
  if (kind.clone_flag == CLONE_NEWUSER) return;
  const bool by_parent =
      of_children_only(kind) || (plan.in_user_namespace() && kind.clone_flag != CLONE_NEWNS);
  (by_parent ? plan.parent_joins : plan.joins).push_back({std::string(kind.type), path, kind.clone_flag});
}

}  // namespace

Plan plan(const spec::Config& config) {
  Plan plan;
  for (const spec::Namespace& space : config.linux.namespaces) {
    if (space.type != "user") continue;
    plan.new_user = space.path.empty();
    plan.user_path = space.path;
  }
  plan.time_offsets = offsets_text(config.linux.time_offsets);
  for (const spec::NamespaceKind& kind : spec::namespace_kinds()) {
    for (const spec::Namespace& space : config.linux.namespaces) {
      if (space.type == kind.type) sort_in(plan, kind, space.path);
    }
  }
  if (plan.new_user) {
    plan.uid_mappings = config.linux.uid_mappings;
    plan.gid_mappings = config.linux.gid_mappings;
    plan.uid_map = map_text(config.linux.uid_mappings);
    plan.gid_map = map_text(config.linux.gid_mappings);
  }
  plan.hostname = config.hostname;
  plan.domainname = config.domainname;
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = fmt::format("new: {}{}{}{}\n", sys::clone_flag_names(plan.clone_flags),
                                 plan.new_network ? ", then CLONE_NEWNET by itself" : "",
                                 plan.new_cgroup ? ", then CLONE_NEWCGROUP once in its cgroups" : "",
                                 plan.time_offsets.empty() ? "" : ", and CLONE_NEWTIME by the parent");
  if (plan.joins_user()) text += fmt::format("join: user {}, and clone in it\n", plan.user_path);
  for (const auto* joins : {&plan.parent_joins, &plan.joins}) {
    for (const Join& join : *joins)
      text += fmt::format("join: {} {}\n", join.type, join.path);
  }
  const auto add = [&](const char* name, std::string value) {
    if (value.empty()) return;
    while (value.ends_with('\n'))
      value.pop_back();
    for (std::size_t at = 0; (at = value.find('\n', at)) != std::string::npos; at += 2)
      value.replace(at, 1, "; ");
    text += fmt::format("{}: {}\n", name, value);
  };
  add("uid_map", plan.uid_map);
  add("gid_map", plan.gid_map);
  add("timens_offsets", plan.time_offsets);
  add("host name", plan.hostname);
  add("domain name", plan.domainname);
  return text;
}

}  // namespace namespaces
