// Removal of images: names, then manifests, then what nothing leads to any more. Declared in store.h.
//
// ORDER: an image leaves the index first, then the containers are asked for once more, and only then its layers
// go. Whoever starts a container does it the other way round: first its record, then a look at the index. So of
// the two at least one sees the other.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mini-container/image/incoming.h"
#include "mini-container/image/store.h"
#include "mini-container/image/store_change.h"

namespace image {

namespace {

using Entries = std::vector<Descriptor>;

bool listed(const Entries& entries, const Image& image) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Descriptor& entry) { return entry.digest == image.manifest; });
}

std::size_t repositories(const Image& image) {
  std::set<std::string> names;
  for (const std::string& name : image.names)
    names.insert(familiar_name(parse_reference(name)));
  return names.size();
}

// The one name that `text` is, or all when it is an id or a digest.
std::vector<std::string> names_meant(const Image& image, const std::string& text) {
  for (const std::string& name : image.names) {
    if (name == normal_name(text)) return {name};
  }
  return image.names;
}

void refuse_if_used(const Image& image, const std::vector<std::string>& users) {
  if (users.empty()) return;
  throw Conflict(
      fmt::format("conflict: unable to delete {0} (must force) - image is being used by container {1}. Next: "
                  "mini-container rm {1}, or -f to take only its names",
                  short_id(image), users.front()));
}

bool is_of(const std::string& name, const std::string& repository) {
  return familiar_name(parse_reference(name)) == repository;
}

// What registries know the image by in repositories of which no name is left: that goes with the last one.
std::vector<std::string> digests_without_name(const Image& image, const std::vector<std::string>& untagged) {
  std::vector<std::string> digests;
  for (const std::string& digest : image.repo_digests) {
    const std::string repository = digest.substr(0, digest.find('@'));
    const auto names = [&](const std::vector<std::string>& list) {
      return std::count_if(list.begin(), list.end(),
                           [&](const std::string& name) { return is_of(name, repository); });
    };
    if (names(untagged) > 0 && names(untagged) == names(image.names)) digests.push_back(digest);
  }
  return digests;
}

// Takes `image`'s entries of these names out of the index; without any name, all.
void take_entries(Entries& entries, const Image& image, const std::vector<std::string>& names) {
  std::erase_if(entries, [&](const Descriptor& entry) {
    const bool named = std::find(names.begin(), names.end(), entry.name) != names.end();
    return entry.digest == image.manifest && (named || names.size() == image.names.size());
  });
}

// Sweeps after `gone` have left the index; `before` is the index to go back to if one of them has got a user.
void finish(const StoreChange& change, const Entries& before, const std::vector<Image>& gone,
            const Users& users, Removal& removal) {
  for (const Image& image : gone) {
    if (const auto now = users(image); !now.empty()) {
      change.layout().write_index(before);
      refuse_if_used(image, now);
    }
  }
  std::map<std::string, std::uint64_t> sizes;
  for (const Image& image : gone) {
    removal.deleted.push_back(image.id);
    for (std::size_t layer = 0; layer < image.diff_ids.size() && layer < image.layer_sizes.size(); ++layer)
      sizes[image.diff_ids[layer]] = image.layer_sizes[layer];
  }
  for (const std::string& diff_id : change.sweep()) {
    removal.deleted.push_back(diff_id);
    removal.bytes += sizes[diff_id];
  }
}

}  // namespace

Removal Store::remove(const std::string& text, bool force, const Users& users) {
  StoreChange change(directory_);
  const Image image = get(text);
  Removal removal;
  removal.untagged = names_meant(image, text);
  const bool all = removal.untagged.size() == image.names.size();
  if (all && !force && repositories(image) > 1) {
    throw Conflict(fmt::format(
        "conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories: {}",
        short_id(image), fmt::join(image.names, ", ")));
  }
  const auto in_use = all ? users(image) : std::vector<std::string>();
  if (!force) refuse_if_used(image, in_use);

  const Entries before = change.layout().index();
  Entries entries = before;
  take_entries(entries, image, removal.untagged);
  if (!in_use.empty()) {
    const auto entry = std::find_if(before.begin(), before.end(), [&](const Descriptor& candidate) {
      return candidate.digest == image.manifest;
    });
    entries.push_back(*entry);
    entries.back().name.clear();
  }
  for (const std::string& digest : digests_without_name(image, removal.untagged)) {
    for (Descriptor& entry : entries)
      if (entry.digest == image.manifest) std::erase(entry.repo_digests, digest);
    removal.untagged.push_back(digest);
  }
  change.layout().write_index(entries);
  const bool gone = !listed(entries, image);
  finish(change, before, gone ? std::vector{image} : std::vector<Image>(), users, removal);
  change.keep();
  return removal;
}

Removal Store::prune(bool all, const Users& users) {
  StoreChange change(directory_);
  const Entries before = change.layout().index();
  Entries entries = before;
  Removal removal;
  std::vector<Image> gone;
  for (const Image& image : list()) {
    if ((!all && !image.names.empty()) || !users(image).empty()) continue;
    removal.untagged.insert(removal.untagged.end(), image.names.begin(), image.names.end());
    take_entries(entries, image, image.names);
    gone.push_back(image);
  }
  change.layout().write_index(entries);
  finish(change, before, gone, users, removal);
  change.keep();
  forget_incoming(directory_);
  return removal;
}

}  // namespace image
