// See volumes.h.
#include "mini-container/engine/volumes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/sys/mount.h"
#include "base/sys/process.h"
#include "base/text/time.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/sizes.h"

namespace engine {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VolumeRecord, name, created, labels, options)

namespace {

constexpr char kRecord[] = "/volume.json";

bool whole(const std::string& name) {
  return name.front() != '.';
}

std::string this_second() {
  return text::utc_time(std::time(nullptr));
}

std::string record_text(const VolumeRecord& volume) {
  return nlohmann::json(volume).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void copy_directory(int source, const std::string& target) {
  sys::SpawnOptions options;
  options.keep = {source};
  const std::vector<std::string> command = {"cp", "-a", "--no-target-directory",
                                            fmt::format("/proc/self/fd/{}/.", source), target};
  if (sys::spawn(command, options).wait().shell_code() != 0) {
    throw std::runtime_error(fmt::format("cannot copy the image's files into the volume {}", target));
  }
}

// WHY mount(8): it knows which words of "o" are flags of mount(2), and asks the helpers of nfs and the like.
void mount_volume(const VolumeRecord& volume, const std::string& target) {
  const auto option = [&](const char* name) {
    const auto found = volume.options.find(name);
    return found == volume.options.end() ? "" : found->second;
  };
  std::vector<std::string> command = {"mount", "-n", "-t", option("type")};
  if (volume.options.contains("o")) command.insert(command.end(), {"-o", option("o")});
  command.insert(command.end(), {"--", option("device"), target});
  if (sys::spawn(command).wait().shell_code() != 0) {
    throw std::runtime_error(fmt::format(
        "error while mounting volume '{}': failed to mount local volume: mount(8) says above why. Next: "
        "mini-container volume inspect {} shows its options",
        target, volume.name));
  }
}

}  // namespace

bool has_volume(const Container& container, const std::string& name) {
  return std::any_of(container.settings.volumes.begin(), container.settings.volumes.end(),
                     [&](const std::string& text) { return parse_volume(text).source == name; });
}

sys::UniqueFd Volumes::lock() const {
  return sys::lock_directory_if_present(directory_);
}

std::optional<VolumeRecord> Volumes::find(const std::string& name) const {
  const auto found = sys::stat_if_present(folder(name));
  if (!found) return std::nullopt;
  const auto record = sys::read_file_if_present(folder(name) + kRecord);
  const auto json = nlohmann::json::parse(record.value_or(""), nullptr, false);
  // One without a record is as good: its files are what counts.
  VolumeRecord volume = json.is_object() ? json.get<VolumeRecord>() : VolumeRecord{name};
  if (volume.created.empty()) volume.created = text::utc_time(found->st_mtime);
  return volume;
}

void Volumes::tell(const std::string& action, const std::string& name,
                   std::map<std::string, std::string> more) const {
  more["driver"] = "local";
  registry_.journal().add({"volume", action, name, std::move(more)});
}

void Volumes::make(const VolumeRecord& volume) const {
  const std::string unfinished = folder(".new-" + volume.name);
  sys::remove_tree(unfinished);
  sys::mkdir_parents(unfinished + "/_data");
  sys::replace_file(unfinished + kRecord, record_text(volume), 0600);
  sys::rename(unfinished, folder(volume.name));
  tell("create", volume.name);
}

std::string Volumes::create(VolumeRecord wanted) const {
  if (wanted.name.empty()) {
    wanted.name = new_id();
    wanted.labels[kAnonymousLabel] = "";
  }
  check_volume_name(wanted.name);
  check_volume_options(wanted.name, wanted.options);
  wanted.created = this_second();
  const sys::UniqueFd held = lock();
  if (!sys::exists(folder(wanted.name))) make(wanted);
  return wanted.name;
}

std::vector<VolumeRecord> Volumes::list() const {
  std::vector<VolumeRecord> volumes;
  for (const std::string& name : sys::list_directory(directory_)) {
    if (!whole(name)) continue;
    if (auto volume = find(name)) volumes.push_back(std::move(*volume));
  }
  return volumes;
}

VolumeRecord Volumes::get(const std::string& name) const {
  const bool path = name.empty() || !whole(name) || name.find('/') != std::string::npos;
  auto volume = path ? std::nullopt : find(name);
  if (!volume) throw NoSuchVolume(fmt::format("No such volume: {}. Next: mini-container volume ls", name));
  return std::move(*volume);
}

std::vector<std::string> Volumes::users(const std::string& name) const {
  std::vector<std::string> ids;
  for (const Container& one : registry_.list())
    if (has_volume(one, name)) ids.push_back(one.id);
  return ids;
}

bool Volumes::in_use(const std::string& name, const std::string& besides) const {
  const auto containers = registry_.list();
  return std::any_of(containers.begin(), containers.end(), [&](const Container& one) {
    return one.id != besides && !one.at_rest() && has_volume(one, name);
  });
}

// Of those who start at once the first one fills it; the others find it full.
bool Volumes::is_mounted_elsewhere(const std::string& name, const std::string& besides) const {
  const auto containers = registry_.list();
  return std::any_of(containers.begin(), containers.end(), [&](const Container& one) {
    return one.id != besides && one.running() && has_volume(one, name);
  });
}

void Volumes::remove(const std::string& name, const std::string& leaving) const {
  // ORDER: the lock before the look at who has it. Whoever starts has recorded itself before it waits for this lock, and
  // makes the volume anew if it comes second.
  const sys::UniqueFd held = lock();
  get(name);
  std::vector<std::string> having = users(name);
  std::erase(having, leaving);
  if (!having.empty()) {
    throw VolumeInUse(fmt::format(
        "remove {}: volume is in use - [{}]. Next: mini-container rm {}, if it is not needed any more", name,
        fmt::join(having, ", "), short_id(having.front())));
  }
  const std::string going = folder(".gone-" + name);
  sys::remove_tree(going);
  sys::rename(folder(name), going);
  sys::remove_tree(going);
  tell("destroy", name);
}

Volumes::Pruned Volumes::prune(const std::function<bool(const VolumeRecord&)>& goes) const {
  Pruned pruned;
  for (const VolumeRecord& volume : list()) {
    if (!goes(volume) || !users(volume.name).empty()) continue;
    try {
      const std::uint64_t bytes = size_of_tree(data_of(volume.name));
      remove(volume.name);
      pruned.bytes += bytes;
      pruned.names.push_back(volume.name);
    } catch (const VolumeInUse&) {
      // A container has come meanwhile.
    } catch (const NoSuchVolume&) {
      // Somebody was faster.
    }
  }
  registry_.journal().add_prune("volume", pruned.bytes);
  return pruned;
}

void Volumes::fill(const std::string& name, const std::string& rootfs, const std::string& destination) const {
  const sys::UniqueFd root = sys::open(rootfs, O_PATH | O_DIRECTORY);
  // Links of the image lead to where they would lead inside, never out of it.
  const sys::UniqueFd source = sys::open_in_root_if_present(root.get(), destination, O_RDONLY | O_DIRECTORY);
  if (!source || sys::list_directory(source.get()).empty()) return;
  const std::string unfinished = folder(".new-" + name);
  sys::remove_tree(unfinished);
  sys::mkdir_parents(unfinished);
  copy_directory(source.get(), unfinished);
  // rename(2) puts a directory in the place of an empty one: the volume is empty or filled, never half filled.
  sys::rename(unfinished, data_of(name));
}

void Volumes::open(const Volume& asked, const Container& user, const std::string& rootfs) const {
  const std::string& name = asked.source;
  const sys::UniqueFd held = lock();
  if (!sys::exists(folder(name))) make({name, this_second()});
  const VolumeRecord volume = get(name);
  if (!volume.options.empty()) {
    if (sys::mounts_below(folder(name)).empty()) mount_volume(volume, data_of(name));
  } else if (user.started.empty() && !is_mounted_elsewhere(name, user.id) &&
             sys::list_directory(data_of(name)).empty()) {
    fill(name, rootfs, asked.destination);
  }
}

void Volumes::close(const std::string& name, const Container& user) const {
  const auto volume = find(name);
  if (!volume || volume->options.empty()) return;
  const sys::UniqueFd held = lock();
  if (!in_use(name, user.id)) sys::umount_if_mounted(data_of(name));
}

std::vector<std::string> Volumes::unfinished() const {
  std::vector<std::string> names = sys::list_directory(directory_);
  std::erase_if(names, whole);
  return names;
}

void Volumes::tidy() const {
  if (unfinished().empty()) return;
  const sys::UniqueFd held = sys::try_lock_directory_if_present(directory_);
  if (!held) return;
  for (const std::string& name : unfinished())
    sys::remove_tree(folder(name));
}

std::vector<std::string> Volumes::leaks() const {
  std::vector<std::string> found;
  if (!sys::exists(directory_)) return found;
  const sys::UniqueFd held = sys::try_lock_directory_if_present(directory_);
  if (!held) return found;
  for (const std::string& name : unfinished())
    found.push_back("half-made volume: " + folder(name));
  for (const std::string& target : sys::mounts_below(directory_)) {
    const std::string rest = target.substr(directory_.size() + 1);
    if (!in_use(rest.substr(0, rest.find('/')), "")) found.push_back("mounted volume: " + target);
  }
  return found;
}

}  // namespace engine
