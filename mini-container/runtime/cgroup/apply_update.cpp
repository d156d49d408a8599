// See update.h: carrying it out, and back if the kernel refuses a part.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/cgroup/directories.h"
#include "mini-container/runtime/cgroup/figures.h"
#include "mini-container/runtime/cgroup/update.h"

namespace cgroup {

namespace {

// Steps back, the last first, taken at the end of its life unless everything went well.
class Undo {
 public:
  Undo() = default;
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      try {
        (*step)();
      } catch (const std::exception& error) {
        trace::note(fmt::format("the limit before the update could not be had again: {}", error.what()));
      }
    }
  }
  void later(std::function<void()> step) { steps_.push_back(std::move(step)); }
  void keep() { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

// What to write into a file to have again what it holds now. Files of several lines ("8:0 1048576" a
// device) are written one line at a time, so only the line with the same key counts.
std::string value_before(const FileValue& place) {
  const std::string text = sys::read_file_if_present(place.file).value_or("");
  if (place.file.ends_with("/memory.oom_control")) return std::string(text::words(text, " \n").at(1));
  const std::string key = place.value.substr(0, place.value.find(' '));
  const auto lines = text::words(text, "\n");
  for (const std::string_view line : lines)
    if (key != place.value && line.starts_with(key + " ")) return std::string(line);
  const bool of_device = key != place.value && key.find(':') != std::string::npos;
  if (!of_device) return lines.empty() ? "\n" : std::string(lines.front());
  return key + (place.file.ends_with("/io.max") ? " rbps=max wbps=max riops=max wiops=max" : " 0");
}

std::vector<pid_t> pids_in(const std::string& path) {
  std::vector<pid_t> pids;
  for (const std::uint64_t pid : numbers_in(path + "/cgroup.procs"))
    pids.push_back(static_cast<pid_t>(pid));
  return pids;
}

void move_to(const std::string& path, pid_t pid) {
  try {
    sys::write_existing_file(path + "/cgroup.procs", fmt::format("{}", pid));
  } catch (const sys::Error& error) {
    if (error.error() != ESRCH) throw;
  }
}

// A process may fork while the list of all is read: its child is met in a later round.
void move_all(const Cgroup& group, const std::string& path) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<pid_t> inside = pids_in(path);
    std::vector<pid_t> outside = group.pids();
    std::erase_if(outside,
                  [&](pid_t pid) { return std::find(inside.begin(), inside.end(), pid) != inside.end(); });
    if (outside.empty()) return;
    for (const pid_t pid : outside)
      move_to(path, pid);
  }
}

// WHY: not Cgroup::remove, which kills what is inside.
void leave_and_remove(const std::string& path) {
  const std::string above = path.substr(0, path.rfind('/'));
  for (const pid_t pid : pids_in(path))
    move_to(above, pid);
  remove_directory(path);
}

// The period of v1 comes before the quota, unless it gets shorter.
// WHY: the kernel judges the pair against the group above at each of both writes (EINVAL); in this order it is never asked
// for more, halfway, than the limit before or the one to come.
std::vector<Setting> ordered(std::vector<Setting> settings, const Cgroup& group) {
  const auto period = std::find_if(settings.begin(), settings.end(), [](const Setting& setting) {
    return setting.file == "cpu.cfs_period_us";
  });
  if (period == settings.end() || period + 1 == settings.end() || period[1].file != "cpu.cfs_quota_us")
    return settings;
  const auto cpu = group.placement_of("cpu");
  const auto now = cpu ? number_in(cpu->path + "/cpu.cfs_period_us") : std::nullopt;
  if (to_number(period->value) < now) std::iter_swap(period, period + 1);
  return settings;
}

}  // namespace

void Cgroup::update(const Update& update, const std::function<void()>& record) {
  std::vector<std::string> made, entered;
  Undo undo;
  undo.later([&made] { std::for_each(made.rbegin(), made.rend(), leave_and_remove); });
  for (const Directory& directory : update.missing) {
    if (sys::exists(directory.path + "/cgroup.procs")) {
      enable_controllers(directory);
      continue;
    }
    make_directories(directory, made);
    add_group(directory.version, name_of(directory), directory.controllers, directory.path);
    entered.push_back(directory.path);
  }
  for (const Setting& setting : ordered(update.settings, *this)) {
    const FileValue place = place_of(setting);
    const FileValue before = {place.file, value_before(place)};
    if (before == place) continue;
    write(place, setting);
    undo.later([before, setting] { write(before, setting); });
  }
  // ORDER: last: it is the dearest step, and the limits are in force when the processes arrive.
  for (const std::string& path : entered)
    move_all(*this, path);
  record();
  undo.keep();
}

}  // namespace cgroup
