// See apply.h.
#include "mini-container/runtime/namespaces/apply.h"

#include <fmt/format.h>
#include <linux/sched.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/names.h"

namespace namespaces {

namespace {

std::uint64_t flags_of(const Plan& plan) {
  std::uint64_t flags = plan.time_offsets.empty() ? 0 : CLONE_NEWTIME;
  for (const Join& join : plan.parent_joins)
    flags |= join.clone_flag;
  return flags;
}

}  // namespace

ForChildren::ForChildren(const Plan& plan) {
  remember(flags_of(plan));
  for (const Join& join : plan.parent_joins) {
    const sys::UniqueFd space = sys::open(join.path, O_RDONLY);
    sys::setns(space.get(), static_cast<int>(join.clone_flag));
  }
  if (plan.time_offsets.empty()) return;
  sys::unshare(CLONE_NEWTIME);
  sys::write_existing_file("/proc/self/timens_offsets", plan.time_offsets);
}

ForChildren::ForChildren(int pidfd, std::uint64_t flags) {
  remember(flags);
  if (flags != 0) sys::setns(pidfd, static_cast<int>(flags));
}

void ForChildren::remember(std::uint64_t flags) {
  for (const spec::NamespaceKind& kind : spec::namespace_kinds()) {
    if ((flags & kind.clone_flag) == 0) continue;
    own_.push_back({kind.clone_flag, sys::open(fmt::format("/proc/self/ns/{}", kind.file), O_RDONLY)});
  }
}

ForChildren::~ForChildren() {
  // WHY: hooks are children of the runtime too, and belong into its own namespaces.
  for (const Own& own : own_) {
    try {
      sys::setns(own.fd.get(), static_cast<int>(own.flag));
    } catch (const sys::Error& error) {
      trace::note(error.what());
    }
  }
}

namespace {

// What a user who is not root may map without help: itself.
bool is_only(const std::vector<spec::IdMapping>& mappings, std::uint32_t own) {
  return mappings.size() == 1 && mappings.front().size == 1 && mappings.front().host_id == own;
}

// A set-uid program that looks into /etc/subuid or /etc/subgid what this user may map, and writes it.
void map_with(const char* helper, const char* member, const std::vector<spec::IdMapping>& mappings,
              pid_t child) {
  std::vector<std::string> arguments = {helper, fmt::format("{}", child)};
  for (const spec::IdMapping& one : mappings) {
    for (const std::uint32_t number : {one.container_id, one.host_id, one.size})
      arguments.push_back(fmt::format("{}", number));
  }
  const sys::UniqueFd errors = sys::memfd_create(helper);
  sys::SpawnOptions options;
  options.error = errors.get();
  if (sys::spawn(arguments, options).wait().shell_code() == 0) return;
  sys::rewind(errors.get());
  std::string said = sys::read_to_end(errors.get());
  while (said.ends_with('\n'))
    said.pop_back();
  throw spec::Invalid(member, fmt::format("{} refuses: {}", helper, said),
                      "See subuid(5) for the ids that this user may map");
}

// WHY: the document's mounts would be made among those of the host, and pivot_root(2) would take its root from all of
// its processes.
void refuse_own_mounts(const Join& join, int space) {
  if (join.clone_flag != CLONE_NEWNS) return;
  const struct stat theirs = sys::fstat(space);
  const struct stat own = sys::fstat(sys::open("/proc/self/ns/mnt", O_RDONLY).get());
  if (theirs.st_dev != own.st_dev || theirs.st_ino != own.st_ino) return;
  throw spec::Invalid("linux.namespaces", fmt::format("{} is the runtime's own mount namespace", join.path),
                      "Leave out the path, for a new one");
}

}  // namespace

bool denies_setgroups(const Plan& plan) {
  if (!plan.new_user || !is_only(plan.gid_mappings, sys::getegid())) return false;
  // What the namespace around it has given up for good, root of that one cannot give back.
  return sys::geteuid() != 0 || !sys::setgroups_is_allowed("self");
}

void write_id_maps(const Plan& plan, pid_t child) {
  const std::string process = fmt::format("/proc/{}", child);
  const bool root = sys::geteuid() == 0;
  if (denies_setgroups(plan)) sys::write_existing_file(process + "/setgroups", "deny");
  if (root || is_only(plan.gid_mappings, sys::getegid())) {
    sys::write_existing_file(process + "/gid_map", plan.gid_map);
  } else {
    map_with("newgidmap", "linux.gidMappings", plan.gid_mappings, child);
  }
  if (root || is_only(plan.uid_mappings, sys::geteuid())) {
    sys::write_existing_file(process + "/uid_map", plan.uid_map);
  } else {
    map_with("newuidmap", "linux.uidMappings", plan.uid_mappings, child);
  }
}

void join(const Plan& plan) {
  std::vector<sys::UniqueFd> spaces;
  for (const Join& join : plan.joins) {
    spaces.push_back(sys::open(join.path, O_RDONLY));
    refuse_own_mounts(join, spaces.back().get());
  }
  for (std::size_t i = 0; i < spaces.size(); ++i)
    sys::setns(spaces[i].get(), static_cast<int>(plan.joins[i].clone_flag));
}

void become_namespace_root() {
  // ORDER: groups before the user; without uid 0 the kernel refuses (EPERM).
  sys::setresgid(0);
  sys::setresuid(0);
}

void new_network_namespace(const Plan& plan) {
  if (plan.new_network) sys::unshare(CLONE_NEWNET);
}

void new_cgroup_namespace(const Plan& plan) {
  if (plan.new_cgroup) sys::unshare(CLONE_NEWCGROUP);
}

void configure(const Plan& plan) {
  if (!plan.hostname.empty()) sys::sethostname(plan.hostname);
  if (!plan.domainname.empty()) sys::setdomainname(plan.domainname);
  if (plan.new_network) sys::set_link_up("lo");
}

}  // namespace namespaces
