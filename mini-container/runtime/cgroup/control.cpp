// Acting on all processes of a group at once, and reading what they used. Reads: cgroups(7) (cgroup.kill,
// cgroup.freeze, cgroup.events), Linux cgroup-v1/freezer-subsystem.rst.
#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/cgroup/figures.h"

namespace cgroup {

namespace {

using Clock = std::chrono::steady_clock;

void add_pids(const std::string& path, std::vector<pid_t>& pids) {
  const auto text = sys::read_file_if_present(path + "/cgroup.procs");
  if (!text) return;
  const char* position = text->data();
  const char* const end = position + text->size();
  while (position < end) {
    pid_t pid = 0;
    const auto [next, error] = std::from_chars(position, end, pid);
    // 0 is a process that this pid namespace does not see.
    if (error == std::errc() && pid > 0) pids.push_back(pid);
    position = next + 1;
  }
  const auto status = sys::stat_if_present(path);
  if (!status || status->st_nlink <= 2) return;
  for (const std::string& name : sys::list_directory(path)) {
    const std::string below = fmt::format("{}/{}", path, name);
    const auto child = sys::stat_if_present(below);
    if (child && S_ISDIR(child->st_mode)) add_pids(below, pids);
  }
}

// Waits until these processes have ended, or until `deadline`.
void wait_for_exit(const std::vector<pid_t>& pids, Clock::time_point deadline) {
  for (const pid_t pid : pids) {
    const sys::UniqueFd pidfd = sys::pidfd_open(pid);
    if (!pidfd) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return;
    pollfd poll{pidfd.get(), POLLIN, 0};
    sys::poll({&poll, 1}, static_cast<int>(left.count()));
  }
}

void write_place(const FileValue& place) {
  sys::write_existing_file(place.file, place.value);
}

// A group that was stopped on the way to something else goes on at the end of this object's life.
class Thawing {
 public:
  explicit Thawing(FileValue thawed) : thawed_(std::move(thawed)) {}
  Thawing(const Thawing&) = delete;
  Thawing& operator=(const Thawing&) = delete;
  ~Thawing() {
    try {
      now();
    } catch (const std::exception& error) {
      trace::note(error.what());
    }
  }
  // Instead of at the end, where a failure could not be told.
  void now() {
    if (!thawed_.file.empty()) write_place(thawed_);
    keep();
  }
  void keep() { thawed_ = {}; }

 private:
  FileValue thawed_;
};

}  // namespace

// The group that answers for all: v2's own, else the freezer's, else any.
const Cgroup::Group* Cgroup::primary() const {
  const Group* best = groups_.empty() ? nullptr : &groups_.front();
  for (const Group& group : groups_) {
    if (group.version == Version::v2) return &group;
    if (group.name == "freezer") best = &group;
  }
  if (const Group* freezer = with("freezer")) return freezer;
  return best;
}

std::vector<pid_t> Cgroup::pids() const {
  std::vector<pid_t> pids;
  if (const Group* group = primary()) add_pids(group->path, pids);
  return pids;
}

void Cgroup::kill_all(int signal) const {
  const Group* group = primary();
  if (group == nullptr) return;
  if (group->version == Version::v2 && signal == SIGKILL && sys::exists(group->path + "/cgroup.kill")) {
    sys::write_existing_file(group->path + "/cgroup.kill", "1");
    return;
  }
  if (pids().empty()) return;
  // A stopped group gets a signal as one; without a freezer, what forks meanwhile is met in a later round.
  const bool stoppable = with("freezer") != nullptr;
  Thawing thawing(stoppable ? freezer_file(false) : FileValue{});
  if (stoppable) write_place(freezer_file(true));
  const int rounds = !stoppable && signal == SIGKILL ? 100 : 1;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<pid_t> targets = pids();
    if (targets.empty()) break;
    for (const pid_t pid : targets)
      sys::kill_if_present(pid, signal);
    if (rounds > 1) wait_for_exit(targets, Clock::now() + std::chrono::milliseconds(100));
  }
  thawing.now();
}

FileValue Cgroup::freezer_file(bool frozen) const {
  const Group* group = primary();
  if (group != nullptr && group->version == Version::v2)
    return {group->path + "/cgroup.freeze", frozen ? "1" : "0"};
  if (const Group* freezer = with("freezer"))
    return {freezer->path + "/freezer.state", frozen ? "FROZEN" : "THAWED"};
  throw sys::Error(
      ENOENT, "write", "freezer.state", "",
      "the container has no control group that can stop it: it was made without the right to one");
}

// v1 says FREEZING while a process is still on its way.
bool Cgroup::settled(bool wanted) const {
  const Group* freezer = with("freezer");
  if (freezer == nullptr || freezer->version == Version::v2) return frozen() == wanted;
  const FileValue place = freezer_file(wanted);
  return sys::read_file_if_present(place.file).value_or("").starts_with(place.value);
}

void Cgroup::set_frozen(bool wanted) const {
  const FileValue place = freezer_file(wanted);
  const auto deadline = Clock::now() + std::chrono::seconds(2);
  write_place(place);
  while (!settled(wanted)) {
    if (Clock::now() > deadline)
      throw sys::Error(EBUSY, "write", place.file, "",
                       "a process does not stop, as one in state D would not");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // v1 may stay FREEZING after a fork raced with the request, until it is asked again.
    write_place(place);
  }
}

void Cgroup::freeze() const {
  Thawing unless_all(freezer_file(false));
  set_frozen(true);
  unless_all.keep();
}
void Cgroup::thaw() const {
  set_frozen(false);
}

void thaw_group_of(pid_t pid) {
  const auto groups = sys::read_file_if_present(fmt::format("/proc/{}/cgroup", pid));
  if (!groups) return;
  const Layout layout = parse_layout(sys::read_file("/proc/self/mountinfo"), *groups, "");
  const Hierarchy* freezer = layout.find("freezer");
  if (freezer == nullptr || freezer->version == Version::v2 || freezer->own == "/") return;
  sys::write_existing_file(freezer->mount_point + freezer->own + "/freezer.state", "THAWED");
}

bool Cgroup::frozen() const {
  const Group* group = primary();
  if (group == nullptr) return false;
  if (group->version == Version::v2)
    return field_in(group->path + "/cgroup.events", "frozen").value_or(0) == 1;
  const Group* freezer = with("freezer");
  if (freezer == nullptr) return false;
  // WHY: what is FREEZING takes no SIGKILL either.
  return !sys::read_file_if_present(freezer->path + "/freezer.state")
              .value_or("THAWED")
              .starts_with("THAWED");
}

bool Cgroup::wait_until_empty(std::chrono::milliseconds timeout) const {
  const auto deadline = Clock::now() + timeout;
  for (std::vector<pid_t> left = pids(); !left.empty(); left = pids()) {
    if (Clock::now() >= deadline) return false;
    // WHY: pidfds instead of looking again and again; the wait ends when the last process does.
    wait_for_exit(left, deadline);
    std::this_thread::yield();
  }
  return true;
}

Usage Cgroup::usage() const {
  Usage usage;
  for (const Group& group : groups_) {
    const bool v2 = group.version == Version::v2;
    std::optional<std::uint64_t> nanoseconds = number_in(group.path + "/cpuacct.usage");
    if (v2) {
      const auto microseconds = field_in(group.path + "/cpu.stat", "usage_usec");
      if (microseconds) nanoseconds = *microseconds * 1000;
    }
    if (nanoseconds) usage.cpu = std::chrono::nanoseconds(*nanoseconds);
    const auto memory = number_in(group.path + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
    if (memory) usage.memory = memory;
    const auto peak = number_in(group.path + (v2 ? "/memory.peak" : "/memory.max_usage_in_bytes"));
    if (peak) usage.memory_peak = peak;
    const auto pids = number_in(group.path + "/pids.current");
    if (pids) usage.pids = pids;
  }
  return usage;
}

std::optional<Placement> Cgroup::placement_of(std::string_view controller) const {
  const Group* group = with(controller);
  if (group == nullptr) return std::nullopt;
  return Placement{group->name, group->path};
}

std::optional<std::uint64_t> Cgroup::memory_limit() const {
  const Group* group = with("memory");
  if (group == nullptr) return std::nullopt;
  const auto limit =
      number_in(group->path + (group->version == Version::v2 ? "/memory.max" : "/memory.limit_in_bytes"));
  // v1 says "no limit" with the largest number of whole pages.
  constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;
  return limit && *limit < kNoLimit ? limit : std::nullopt;
}

}  // namespace cgroup
