// See container_volumes.h.
#include "mini-container/engine/container_volumes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/volumes.h"

namespace engine {

namespace {

bool is_own(const Container& container, const std::string& name) {
  const auto& own = container.settings.own_volumes;
  return std::find(own.begin(), own.end(), name) != own.end();
}

std::vector<Volume> named_volumes(const Container& container) {
  std::vector<Volume> named;
  for (const std::string& text : container.settings.volumes)
    if (Volume volume = parse_volume(text); volume.named()) named.push_back(std::move(volume));
  return named;
}

bool mounted_at(const Settings& settings, const std::string& place) {
  const auto is_volume = [&](const auto& text) { return parse_volume(text).destination == place; };
  const auto is_tmpfs = [&](const auto& text) { return text.substr(0, text.find(':')) == place; };
  return std::any_of(settings.volumes.begin(), settings.volumes.end(), is_volume) ||
         std::any_of(settings.tmpfs.begin(), settings.tmpfs.end(), is_tmpfs);
}

void name_volumes(Settings& settings) {
  for (std::string& text : settings.volumes) {
    Volume volume = parse_volume(text);
    if (volume.source.empty()) {
      volume.source = settings.own_volumes.emplace_back(new_id());
    } else if (volume.named()) {
      check_volume_name(volume.source);
    }
    text = to_string(volume);
  }
}

// What `settings` says itself about a place comes first.
void add_volumes_from(const Registry& registry, Settings& settings, const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string mode = text.substr(std::min(colon + 1, text.size()));
  if (colon < text.size() && mode != "ro" && mode != "rw")
    throw std::invalid_argument(fmt::format("--volumes-from {}: expected CONTAINER[:ro|rw]", text));
  const Settings from = registry.get(text.substr(0, colon)).settings;
  settings.own_volumes.insert(settings.own_volumes.end(), from.own_volumes.begin(), from.own_volumes.end());
  for (const std::string& volume : from.volumes) {
    Volume shared = parse_volume(volume);
    shared.read_only = shared.read_only || mode == "ro";
    if (!mounted_at(settings, shared.destination)) settings.volumes.push_back(to_string(shared));
  }
}

void add_volume_at(Settings& settings, const std::string& place) {
  // An image may say anything.
  const bool usable = place.starts_with('/') && place.size() > 1 && place.find(':') == std::string::npos;
  if (!usable || mounted_at(settings, place)) return;
  settings.volumes.push_back(settings.own_volumes.emplace_back(new_id()) + ":" + place);
}

}  // namespace

void choose_volumes(const Registry& registry, Settings& settings, const std::vector<std::string>& places,
                    const std::vector<std::string>& others) {
  name_volumes(settings);
  for (const std::string& other : others)
    add_volumes_from(registry, settings, other);
  for (const std::string& place : places)
    add_volume_at(settings, place);
}

void make_volumes(const Registry& registry, const Container& container) {
  for (const Volume& volume : named_volumes(container)) {
    VolumeRecord wanted = {volume.source};
    if (is_own(container, volume.source)) wanted.labels[kAnonymousLabel] = "";
    Volumes(registry).create(std::move(wanted));
  }
}

std::vector<Volume> open_volumes(const Registry& registry, const Container& container,
                                 const std::string& rootfs) {
  const Volumes all(registry);
  std::vector<Volume> volumes;
  for (const std::string& text : container.settings.volumes) {
    Volume volume = parse_volume(text);
    if (volume.named()) {
      all.open(volume, container, rootfs);
      volume.source = all.data_of(volume.source);
    } else if (!sys::exists(volume.source)) {
      sys::mkdir_parents(volume.source);
    }
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

void note_mounts(const Registry& registry, const Container& container) {
  for (const Volume& volume : named_volumes(container)) {
    Volumes(registry).tell("mount", volume.source,
                           {{"container", container.id},
                            {"destination", volume.destination},
                            {"propagation", ""},
                            {"read/write", volume.read_only ? "false" : "true"}});
  }
}

void close_volumes(const Registry& registry, const Container& container) {
  const Volumes volumes(registry);
  for (const Volume& volume : named_volumes(container)) {
    volumes.close(volume.source, container);
    volumes.tell("unmount", volume.source, {{"container", container.id}});
  }
}

void remove_own_volumes(const Registry& registry, const Container& container) {
  for (const std::string& name : container.settings.own_volumes) {
    try {
      Volumes(registry).remove(name, container.id);
    } catch (const VolumeInUse&) {
      // Another has it by --volumes-from.
    } catch (const NoSuchVolume&) {
      // Somebody was faster.
    }
  }
}

}  // namespace engine
