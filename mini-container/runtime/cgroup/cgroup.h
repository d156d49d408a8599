// A container's control groups, one directory in each hierarchy of the plan: what the container can use.
//
// Attaching is the dear part: moving *another* process, or writing any v1 cgroup.procs, waits for an RCU grace
// period (7 ms). So the child puts itself in: CLONE_INTO_CGROUP on v2, and on v1 a "0" into `tasks` while it
// is single-threaded, through descriptors opened by the parent (the kernel checks who opened them, so this
// works from a new user namespace too). Reads: cgroups(7), clone(2), Linux cgroup-v1/freezer-subsystem.rst.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/cgroup/plan.h"
#include "mini-container/runtime/spec/statistics.h"

namespace cgroup {

// What the group has used; nullopt where its controller is not there ("unavailable", never 0).
struct Usage {
  std::optional<std::chrono::nanoseconds> cpu;
  std::optional<std::uint64_t> memory, memory_peak;  // bytes
  std::optional<std::uint64_t> pids;
};

// One directory, as recorded in state.json and shown inside through a mount of type cgroup.
struct Placement {
  std::string name;  // "memory", "cpu,cpuacct", "unified"
  std::string path;  // absolute
};

struct Update;

// Move-only. A group made by create() is removed again, with whatever runs in it, unless kept.
class Cgroup {
 public:
  Cgroup() = default;
  Cgroup(Cgroup&&) noexcept = default;
  Cgroup& operator=(Cgroup&& other) noexcept;
  ~Cgroup();

  // Makes the directories and writes the settings. Nothing remains if it throws.
  static Cgroup create(const Plan& plan);
  // The groups of an existing container, from state.json. Directories that are gone are left out.
  static Cgroup open(const std::vector<Placement>& placements);

  // From here on only remove() takes the groups away.
  void keep() { owned_.clear(); }
  bool empty() const { return groups_.empty(); }
  std::vector<Placement> placements() const;

  // For CLONE_INTO_CGROUP (sys::CloneArguments::cgroup): the v2 directory, or -1 when there is none.
  int clone_descriptor() const;
  // The `tasks` file of every v1 group, open for a child that was cloned before they were made: see enter().
  std::vector<int> entrances() const;
  // In a child cloned since, single-threaded: enters every v1 group. v2 is entered by clone3.
  // ORDER: a cgroup namespace takes as its root the groups that its maker is in, so unshare(CLONE_NEWCGROUP)
  // after this, in the child, and never pass that flag to clone3 (there the maker is the parent).
  void enter_from_child();
  // Moves a running process in (7 ms on v1): for processes that could not enter by themselves.
  void attach(pid_t pid) const;

  // Writes settings. Throws sys::Error that names the member.
  void apply(const std::vector<Setting>& settings) const;
  // update.h: other limits for what runs, then `record` to put them on record. If either fails, what was written is
  // undone, groups that were made for it go, and it throws.
  void update(const Update& update, const std::function<void()>& record);

  // Processes in the group and the groups below, as this pid namespace numbers them.
  std::vector<pid_t> pids() const;
  // Signals every process: cgroup.kill on v2; on v1 frozen first, so that a fork bomb cannot outrun it.
  void kill_all(int signal = SIGKILL) const;
  void freeze() const;
  void thaw() const;
  // Frozen, or about to be.
  bool frozen() const;
  // Waits until no process is left; false when `timeout` passed.
  bool wait_until_empty(std::chrono::milliseconds timeout) const;
  // Removes the groups, those below first, after killing what still runs in them. Throws if one stays.
  void remove();

  Usage usage() const;
  // Everything that is counted, for `events`.
  spec::Statistics statistics() const;
  // The limit in force, nullopt for none.
  std::optional<std::uint64_t> memory_limit() const;
  // The group that has the controller.
  std::optional<Placement> placement_of(std::string_view controller) const;

 private:
  struct Group {
    Version version;
    std::string name;
    std::vector<std::string> controllers;
    std::string path;
    sys::UniqueFd directory;  // v2, for clone3
    sys::UniqueFd tasks;      // v1, opened by the parent for the child
  };
  void add_group(Version version, const std::string& name, std::vector<std::string> controllers,
                 const std::string& path);
  void attach_device_program(const std::vector<DeviceRule>& rules) const;
  const Group* with(std::string_view controller) const;
  const Group* primary() const;
  const Group& group_for(const Setting& setting) const;
  // The file, absolute, that takes the setting on this host, and what to write into it.
  FileValue place_of(const Setting& setting) const;
  static void write(const FileValue& place, const Setting& setting);
  // The file that stops the group or lets it go on, and the word for it. Throws where there is none.
  FileValue freezer_file(bool frozen) const;
  void set_frozen(bool wanted) const;
  bool settled(bool wanted) const;
  void remove_what_is_empty();
  void roll_back() noexcept;

  std::vector<Group> groups_;
  std::vector<std::string> owned_;  // directories made by create(), in the order of making
};

// In the child, single-threaded: enters the groups behind another process's entrances().
void enter(const std::vector<sys::UniqueFd>& entrances);

// Lets the process go on where somebody else moved it into another group of the v1 freezer and stopped it: it would take no
// SIGKILL. v2 needs no such help.
void thaw_group_of(pid_t pid);

}  // namespace cgroup
