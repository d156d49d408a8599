// See rootless.h. Reading order: enter_users_namespaces at the end, then its parts upwards.
#include "mini-container/engine/rootless.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/places/places.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "base/trace/phase.h"
#include "mini-container/engine/subordinate_ids.h"

namespace engine {

namespace {

// RUNTIME/namespaces: which the two are, and a process that was in them when somebody last looked.
struct Known {
  std::uint64_t user = 0, mount = 0;  // inodes of /proc/PID/ns/user and mnt
  pid_t member = 0;
};

std::optional<Known> read_known(const std::string& file) {
  const auto json = nlohmann::json::parse(sys::read_file_if_present(file).value_or(""), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return Known{json.value("user", std::uint64_t{0}), json.value("mount", std::uint64_t{0}),
               json.value("member", pid_t{0})};
}

void write_known(const std::string& file, pid_t member) {
  sys::replace_file(file,
                    nlohmann::json{{"user", sys::namespace_inode("self", "user")},
                                   {"mount", sys::namespace_inode("self", "mnt")},
                                   {"member", member}}
                        .dump(),
                    0600);
}

std::uint64_t inode_of(const sys::UniqueFd& file) {
  return sys::fstat(file.get()).st_ino;
}

// Descriptors, because what a process is in cannot change under them. Empty when it has ended or is another user's.
sys::UniqueFd namespace_of(pid_t pid, const char* kind) {
  try {
    return sys::open(fmt::format("/proc/{}/ns/{}", pid, kind), O_RDONLY);
  } catch (const sys::Error&) {
    return {};
  }
}

// What one process can lead us into; `mount` is empty for a container's, which has left ours for its own.
struct Entrance {
  pid_t pid = 0;
  sys::UniqueFd user, mount;
};

Entrance entrance_through(pid_t pid, const Known& known) {
  Entrance entrance{pid, namespace_of(pid, "user"), {}};
  if (!entrance.user) return {};
  if (inode_of(entrance.user) != known.user) {
    // A container whose guardian and whose command were killed: its own namespace was made in ours.
    entrance.user = sys::parent_namespace(entrance.user.get());
    if (!entrance.user || inode_of(entrance.user) != known.user) return {};
    return entrance;
  }
  entrance.mount = namespace_of(pid, "mnt");
  if (entrance.mount && inode_of(entrance.mount) != known.mount) entrance.mount.reset();
  return entrance;
}

// The best that any process offers: with the mount namespace, if somebody is in it.
Entrance search_all(const Known& known) {
  Entrance best;
  for (const std::string& name : sys::list_directory("/proc")) {
    const auto pid = text::number<pid_t>(name);
    const auto status = pid ? sys::stat_if_present("/proc/" + name) : std::nullopt;
    // What belongs to the host's root, as most of the list does, is never in them.
    if (!status || status->st_uid == 0) continue;
    Entrance found = entrance_through(*pid, known);
    if (found.mount) return found;
    if (found.user && !best.user) best = std::move(found);
  }
  return best;
}

Entrance find_entrance(const Known& known) {
  Entrance entrance = entrance_through(known.member, known);
  // WHY twice: a command may hand over to its monitor and end while the list of processes is read.
  for (int round = 0; round < 2 && !entrance.mount; ++round)
    entrance = search_all(known);
  return entrance;
}

void join(const Entrance& entrance) {
  // The kernel lends nobody another user's namespace; whoever has privileges besides shall not use them for that.
  if (sys::namespace_owner(entrance.user.get()) != sys::geteuid()) {
    throw std::runtime_error("the namespaces recorded as this user's belong to another. Next: remove " +
                             users_root() + "/run/namespaces");
  }
  const std::string here = sys::getcwd();
  // ORDER: the user namespace first; it is what gives the right to enter the other (EPERM).
  sys::setns(entrance.user.get(), CLONE_NEWUSER);
  if (entrance.mount) {
    sys::setns(entrance.mount.get(), CLONE_NEWNS);
    // WHY: setns(2) puts the caller at the root of the mount namespace that it enters.
    sys::chdir(here);
  } else {
    sys::unshare(CLONE_NEWNS);
  }
}

// The ids that this user may map beside its own, of one kind; none without the program that may write such a map.
std::vector<IdRange> ids_in(const char* file, const char* helper) {
  if (places::program_in_path(helper).empty()) return {};
  const std::string name =
      name_of_user(sys::read_file_if_present("/etc/passwd").value_or(""), sys::geteuid());
  return subordinate_ids(sys::read_file_if_present(file).value_or(""), name, sys::geteuid());
}

// Runs newuidmap or newgidmap; what it said if it refused, else "".
std::string run_helper(const char* helper, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), helper);
  const sys::UniqueFd errors = sys::memfd_create(helper);
  sys::SpawnOptions options;
  options.error = errors.get();
  if (sys::spawn(arguments, options).wait().shell_code() == 0) return {};
  sys::rewind(errors.get());
  std::string said = sys::read_to_end(errors.get());
  while (said.ends_with('\n'))
    said.pop_back();
  return fmt::format("{} refuses: {}. Next: see subuid(5) for the ids that this user may map", helper, said);
}

// A process outside that writes our maps once we are inside. WHY a process: a map of more than one id may be written only
// from the namespace around, by a program that has the right to, and when we are inside we are not there any more.
class Mapper {
 public:
  Mapper(std::vector<IdRange> uids, std::vector<IdRange> gids) {
    const pid_t whose = sys::getpid();
    const uid_t uid = sys::geteuid();
    const gid_t gid = sys::getegid();
    child_ = sys::clone3({0, -1}, [&] {
      go_.write.reset();
      char word = 0;
      // An end of file: the process outside's other half has failed, or is gone.
      if (sys::read(go_.read.get(), {&word, 1}) == 0) return 0;
      std::string said = run_helper("newuidmap", map_arguments(whose, uid, uids));
      if (said.empty()) said = run_helper("newgidmap", map_arguments(whose, gid, gids));
      sys::write_if_read(answer_.write.get(), said);
      return 0;
    });
    answer_.write.reset();
    go_.read.reset();
  }
  void map() {
    sys::write_all(go_.write.get(), "x");
    const std::string said = sys::read_to_end(answer_.read.get());
    child_.wait();
    if (!said.empty()) throw std::runtime_error(said);
  }

 private:
  sys::Pipe go_ = sys::pipe(), answer_ = sys::pipe();
  sys::Child child_;
};

// Without subordinate ids: what the kernel lets everybody do.
void map_own_id(uid_t uid, gid_t gid) {
  // ORDER: without this the kernel refuses a group's map to a user without privilege (EPERM): leaving a group may give
  // rights, where its members are kept out of a file.
  sys::write_existing_file("/proc/self/setgroups", "deny");
  sys::write_existing_file("/proc/self/uid_map", fmt::format("0 {} 1\n", uid));
  sys::write_existing_file("/proc/self/gid_map", fmt::format("0 {} 1\n", gid));
}

void make_new() {
  const uid_t uid = sys::geteuid();
  const gid_t gid = sys::getegid();
  const auto uids = ids_in("/etc/subuid", "newuidmap"), gids = ids_in("/etc/subgid", "newgidmap");
  constexpr std::uint64_t kBoth = CLONE_NEWUSER | CLONE_NEWNS;
  if (uids.empty() || gids.empty()) {
    sys::unshare(kBoth);
    return map_own_id(uid, gid);
  }
  // ORDER: started before, because inside it would be as powerless as we are.
  Mapper mapper(uids, gids);
  // WHY in one call: the kernel makes the user namespace first, and the mount namespace is that one's.
  sys::unshare(kBoth);
  mapper.map();
}

// Something of an earlier login is there, and nobody but this user can have put it there.
bool is_in_use(const std::string& run) {
  return places::is_ours_alone(run.substr(0, run.rfind('/'))) && sys::exists(run + "/namespaces");
}

}  // namespace

std::string users_root() {
  return places::data_home() + "/mini-container";
}

std::string make_users_root() {
  const std::string run = places::runtime_directory() + "/mini-container";
  sys::mkdir_if_missing(run, 0700);
  const std::string root = users_root();
  sys::mkdir_parents(root, 0700);
  // WHY a link: one --root then says all to whoever is started with a clean environment, and as long as what runs is where
  // the link leads, a login with another XDG_RUNTIME_DIR finds it too.
  const std::string link = root + "/run";
  const auto target = sys::readlink_if_present(link);
  if (target && (*target == run || is_in_use(*target))) return root;
  if (target) sys::unlink_if_present(link);
  sys::symlinkat_if_missing(run, AT_FDCWD, link);
  return root;
}

void enter_users_namespaces() {
  const trace::Phase phase(
      "namespaces of this user",
      "in a user namespace its maker is root, and may mount, map ids and make containers; over "
      "the host it has no more power than before");
  const std::string file = make_users_root() + "/run/namespaces";
  // ORDER: under a lock from the look to the record, or two commands would make two worlds.
  const sys::UniqueFd lock = sys::lock_file(file + ".lock");
  const auto known = read_known(file);
  const Entrance entrance = known ? find_entrance(*known) : Entrance();
  if (entrance.user) {
    join(entrance);
  } else {
    make_new();
  }
  // The one through whom we came has been there longer, and is more likely to stay: a guardian rather than a command.
  write_known(file, entrance.mount ? entrance.pid : sys::getpid());
}

sys::IdSpace ids_to_map() {
  sys::IdSpace space = sys::id_space();
  return space.of_host ? sys::IdSpace() : space;
}

users::Identity identity_in(const std::string& rootfs, const std::string& user) {
  users::Identity identity = users::resolve_in(rootfs, user);
  if (!sys::id_space().has_others()) {
    identity.groups.clear();
    return identity;
  }
  // WHY: a file may be closed to a group and open to others; whoever is not in its own group would read it (CVE-2022-36109).
  if (std::find(identity.groups.begin(), identity.groups.end(), identity.gid) == identity.groups.end())
    identity.groups.insert(identity.groups.begin(), identity.gid);
  return identity;
}

}  // namespace engine
