// The life of a Cgroup object: found again, entered, written to, taken away. See cgroup.h.
#include "mini-container/runtime/cgroup/cgroup.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/runtime/cgroup/directories.h"
#include "mini-container/runtime/cgroup/figures.h"

namespace cgroup {

namespace {

// What to look at when the kernel refuses a value.
std::string hint_for(const Setting& setting, int error) {
  std::string hint = "asked for by " + setting.member;
  if (error == ENOENT && setting.file.find("memsw") != std::string::npos) {
    hint += "; this kernel does not count swap: boot with swapaccount=1, or remove the limit";
  } else if (error == ENOENT && setting.file.find("weight") != std::string::npos) {
    hint += "; no I/O scheduler of this kernel knows weights: load bfq, or remove it";
  } else if (error == ENODEV) {
    hint += "; no device has that number: see /proc/partitions, ip link or rdma link";
  } else if (error == ENOENT) {
    hint += "; this kernel's controller has no such file";
  } else if (error == EBUSY && setting.controller == "memory") {
    hint += "; the group uses more than that already";
  } else if (error == EACCES && setting.controller == "cpuset") {
    hint += "; the group above has fewer: see cpuset.cpus and cpuset.mems there";
  } else if (error == EINVAL && setting.file == "cpu.rt_runtime_us") {
    hint += "; the groups above must have as much to give: see cpu.rt_runtime_us there";
  } else if (error == EINVAL || error == ERANGE) {
    hint += "; the value is out of range, or contradicts the group above";
  }
  return hint;
}

// Directories below a group, deepest first.
void find_below(const std::string& path, std::vector<std::string>& found) {
  // kernfs counts a link for each child, so most groups need no listing.
  const auto status = sys::stat_if_present(path);
  if (!status || status->st_nlink <= 2) return;
  for (const std::string& name : sys::list_directory(path)) {
    const std::string below = fmt::format("{}/{}", path, name);
    const auto child = sys::stat_if_present(below);
    if (!child || !S_ISDIR(child->st_mode)) continue;
    find_below(below, found);
    found.push_back(below);
  }
}

bool remove_with_children(const std::string& path) {
  std::vector<std::string> directories;
  find_below(path, directories);
  directories.push_back(path);
  bool removed = true;
  for (const std::string& directory : directories)
    removed = remove_directory(directory) && removed;
  return removed;
}

// Whether nothing was in it: neither a process nor a group.
bool removed_at_once(const std::string& path) {
  try {
    sys::rmdir_if_present(path);
    return true;
  } catch (const sys::Error& error) {
    if (error.error() != EBUSY) throw;
    return false;
  }
}

// "0" is the thread that writes; `tasks` moves one thread, which needs no wait for the others.
void enter_through(int tasks) {
  try {
    sys::write_all(tasks, "0");
  } catch (const sys::Error& error) {
    if (error.error() != EINVAL) throw;
    throw sys::Error(
        EINVAL, error.call(), "tasks of a control group", error.phase(),
        "a process of a real-time policy enters a v1 cpu group only if that has real-time runtime: "
        "set linux.resources.cpu.realtimeRuntime, or start with chrt --other 0");
  }
}

}  // namespace

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept {
  if (this == &other) return *this;
  roll_back();
  groups_ = std::move(other.groups_);
  owned_ = std::exchange(other.owned_, {});
  return *this;
}

Cgroup::~Cgroup() {
  roll_back();
}

Cgroup Cgroup::open(const std::vector<Placement>& placements) {
  Cgroup cgroup;
  for (const Placement& placement : placements) {
    if (!sys::exists(placement.path + "/cgroup.procs")) continue;
    const Version version = placement.name == "unified" ? Version::v2 : Version::v1;
    const bool v2 = version == Version::v2;
    const std::string names = v2 ? sys::read_file(placement.path + "/cgroup.controllers") : placement.name;
    const auto words = text::words(names, v2 ? " \n" : ",");
    cgroup.add_group(version, placement.name, {words.begin(), words.end()}, placement.path);
  }
  return cgroup;
}

std::vector<Placement> Cgroup::placements() const {
  std::vector<Placement> result;
  for (const Group& group : groups_)
    result.push_back({group.name, group.path});
  return result;
}

int Cgroup::clone_descriptor() const {
  for (const Group& group : groups_) {
    if (group.version == Version::v2) return group.directory.get();
  }
  return -1;
}

std::vector<int> Cgroup::entrances() const {
  std::vector<int> result;
  for (const Group& group : groups_) {
    if (group.tasks) result.push_back(group.tasks.get());
  }
  return result;
}

void enter(const std::vector<sys::UniqueFd>& entrances) {
  for (const sys::UniqueFd& tasks : entrances)
    enter_through(tasks.get());
}

void Cgroup::enter_from_child() {
  for (Group& group : groups_) {
    if (group.version == Version::v1) enter_through(group.tasks.get());
    // WHY at once: a file of the host that waits with a created container would be a way out of it.
    group.tasks.reset();
    group.directory.reset();
  }
}

void Cgroup::attach(pid_t pid) const {
  for (const Group& group : groups_) {
    sys::write_existing_file(group.path + "/cgroup.procs", std::to_string(pid));
  }
}

const Cgroup::Group* Cgroup::with(std::string_view controller) const {
  for (const Group& group : groups_) {
    const auto& names = group.controllers;
    if (std::find(names.begin(), names.end(), controller) != names.end()) return &group;
  }
  return nullptr;
}

void Cgroup::apply(const std::vector<Setting>& settings) const {
  for (const Setting& setting : settings)
    write(place_of(setting), setting);
}

const Cgroup::Group& Cgroup::group_for(const Setting& setting) const {
  if (const Group* group = with(setting.controller)) return *group;
  // Files of every v2 group, and v2 controllers that were enabled after this object learnt its list.
  const auto unified = std::find_if(groups_.begin(), groups_.end(),
                                    [](const Group& one) { return one.version == Version::v2; });
  if (unified != groups_.end()) return *unified;
  throw sys::Error(
      ENOENT, "write", setting.file, "",
      "the container has no group with the " + setting.controller + " controller (" + setting.member + ")");
}

FileValue Cgroup::place_of(const Setting& setting) const {
  const std::string& group = group_for(setting).path;
  const FileValue& other = setting.otherwise;
  const std::string first = group + "/" + setting.file;
  if (other.file.empty() || sys::exists(first)) return {first, setting.value};
  return {group + "/" + other.file, other.value};
}

void Cgroup::write(const FileValue& place, const Setting& setting) {
  try {
    sys::write_existing_file(place.file, place.value);
  } catch (const sys::Error& error) {
    throw sys::Error(error.error(), error.call(), fmt::format("{}, \"{}\"", place.file, place.value),
                     error.phase(), hint_for(setting, error.error()));
  }
}

// Of a container whose first process has ended, mostly all: one call each, and nobody to look for.
void Cgroup::remove_what_is_empty() {
  std::vector<Group> busy;
  for (Group& group : groups_) {
    if (removed_at_once(group.path)) {
      std::erase(owned_, group.path);
    } else {
      busy.push_back(std::move(group));
    }
  }
  groups_ = std::move(busy);
}

void Cgroup::remove() {
  remove_what_is_empty();
  if (!groups_.empty()) {
    kill_all();
    wait_until_empty(std::chrono::seconds(10));
  }
  std::string left;
  for (const Group& group : groups_) {
    // Twice: what could not go at the first try may have been waiting for its last process.
    bool removed = remove_with_children(group.path);
    if (!removed) removed = remove_with_children(group.path);
    if (!removed) left = group.path;
    std::erase(owned_, group.path);
  }
  groups_.clear();
  // The way there too, if this object made it.
  roll_back();
  if (!left.empty()) {
    throw sys::Error(EBUSY, "rmdir", left, std::string(trace::Phase::current()),
                     "a process in it does not die: see its cgroup.procs, and ps for state D");
  }
}

void Cgroup::roll_back() noexcept {
  if (owned_.empty()) return;
  try {
    // WHY: a process of ours may be in there; another's cannot, since the group was new.
    if (!groups_.empty()) {
      kill_all();
      wait_until_empty(std::chrono::seconds(2));
    }
  } catch (const std::exception&) {
    // The removal below says by failing whether something is left; there is an error on its way up already.
  }
  for (auto path = owned_.rbegin(); path != owned_.rend(); ++path) {
    if (!remove_directory(*path)) remove_directory(*path);
  }
  owned_.clear();
}

}  // namespace cgroup
