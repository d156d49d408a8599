// Volumes: directories that outlive the containers that use them, as Docker's driver "local" keeps them.
//
//   STORE/volumes/NAME/
//     volume.json  when it was made, and what its maker said of it
//     _data/       its files; with options (--opt), what they say is mounted here while a running container has it
//
// A directory whose name begins with "." is a volume that is being made or removed: it gets its name when it is whole, and
// loses it before its files go, so that what a killed command leaves is never taken for a volume. The directory
// STORE/volumes is locked by whoever makes, fills, mounts or removes one. Reads: rename(2), flock(2), mount(8).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mini-container/engine/parse.h"
#include "mini-container/engine/registry.h"

namespace engine {

// What Docker calls those that were given no name.
inline constexpr char kAnonymousLabel[] = "com.docker.volume.anonymous";

struct VolumeRecord {
  std::string name;
  std::string created = {};  // RFC 3339, of whole seconds
  std::map<std::string, std::string> labels = {};
  std::map<std::string, std::string> options = {};  // "type", "device", "o": of mount(8)
  bool anonymous() const { return labels.contains(kAnonymousLabel); }
};

class NoSuchVolume : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class VolumeInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Whether `container` has the volume.
bool has_volume(const Container& container, const std::string& name);

class Volumes {
 public:
  explicit Volumes(const Registry& registry) : registry_(registry), directory_(registry.paths().volumes) {}

  // Without a name it gets 64 digits. One that is there already stays as it is. Its name.
  std::string create(VolumeRecord wanted) const;
  // By name.
  std::vector<VolumeRecord> list() const;
  // Throws NoSuchVolume.
  VolumeRecord get(const std::string& name) const;
  // Where its files are.
  std::string data_of(const std::string& name) const { return directory_ + "/" + name + "/_data"; }
  // Ids of the containers that have it, whatever their state.
  std::vector<std::string> users(const std::string& name) const;
  // Throws NoSuchVolume, or VolumeInUse when a container besides the one with the id `leaving` has it.
  void remove(const std::string& name, const std::string& leaving = {}) const;

  // Removes those that `goes` says and that no container has.
  struct Pruned {
    std::vector<std::string> names;
    std::uint64_t bytes = 0;
  };
  Pruned prune(const std::function<bool(const VolumeRecord&)>& goes) const;

  // For a container that starts: makes the volume if it is missing, and mounts it if it has options. If not, and nothing is
  // in it, it gets a copy of what the image has in its place when the container starts for the first time. `rootfs`
  // is the container's, mounted.
  void open(const Volume& asked, const Container& user, const std::string& rootfs) const;
  // For one that has ended. Idempotent.
  void close(const std::string& name, const Container& user) const;

  // Its event, with the driver besides `more`.
  void tell(const std::string& action, const std::string& name,
            std::map<std::string, std::string> more = {}) const;

  // Removes what killed commands have left half-made or half-removed, unless somebody is at work.
  void tidy() const;
  // What tidy() would remove, and what is mounted though nobody uses it.
  std::vector<std::string> leaks() const;

 private:
  std::string folder(const std::string& name) const { return directory_ + "/" + name; }
  sys::UniqueFd lock() const;
  std::optional<VolumeRecord> find(const std::string& name) const;
  void make(const VolumeRecord& volume) const;
  void fill(const std::string& name, const std::string& rootfs, const std::string& destination) const;
  bool in_use(const std::string& name, const std::string& besides) const;
  bool is_mounted_elsewhere(const std::string& name, const std::string& besides) const;
  std::vector<std::string> unfinished() const;

  const Registry& registry_;
  std::string directory_;
};

}  // namespace engine
