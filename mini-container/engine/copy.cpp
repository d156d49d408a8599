// See copy.h.
#include "mini-container/engine/copy.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <stdexcept>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/inode.h"
#include "mini-container/engine/container_root.h"
#include "mini-container/image/export.h"
#include "mini-container/image/layer_stream.h"

namespace engine {

using text::CopyPlan;
using text::Found;
using text::PathEnd;

namespace {

constexpr int kDirectory = O_PATH | O_DIRECTORY;
constexpr int kMostLinks = 40;  // as the kernel's own limit, path_resolution(7)

// Where a path leads: a name in an open directory. The name is "." for a root, or after "..".
struct Place {
  sys::UniqueFd parent;
  std::string name;
  PathEnd end;  // of the path as it was given
  std::optional<struct stat> status;

  Found found() const { return {status.has_value(), status && S_ISDIR(status->st_mode)}; }
};

// The path without what end_of() has taken note of.
std::string without_end(std::string path) {
  while (!path.empty() && (path.ends_with('/') || path.ends_with("/.") || path == "."))
    path.pop_back();
  return path;
}

Place look_up(int root, const std::string& path) {
  const std::string whole = without_end(path);
  const std::size_t slash = whole.rfind('/');
  const std::string above = slash == std::string::npos ? "." : whole.substr(0, slash + 1);
  Place place;
  place.name = whole.substr(slash == std::string::npos ? 0 : slash + 1);
  if (place.name.empty() || place.name == "..") {
    place.parent = sys::open_in_root(root, whole.empty() ? "." : whole, kDirectory);
    place.name.assign(1, '.');  // WHY not = ".": g++ 12 sees an overlap there that cannot be (-Wrestrict)
  } else {
    place.parent = sys::open_in_root(root, above, kDirectory);
  }
  place.status = sys::statat_if_present(place.parent.get(), place.name);
  return place;
}

// With `follow`, and for a path that ends with "/", links are taken one after the other, each within the root.
Place find_place(int root, const std::string& path, bool follow) {
  const PathEnd end = text::end_of(path);
  std::string at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    Place place = look_up(root, at);
    place.end = end;
    const bool link = place.status && S_ISLNK(place.status->st_mode);
    if (!link || (!follow && !end.directory)) return place;
    const std::string target = sys::readlinkat(place.parent.get(), place.name);
    const std::string whole = without_end(at);
    at = target.starts_with('/') ? target : whole.substr(0, whole.rfind('/') + 1) + target;
  }
  throw sys::Error(ELOOP, "openat2", path);
}

// A side of the copy: the root to look names up in, and the path there.
struct Side {
  std::optional<ContainerRoot> container;
  sys::UniqueFd host;
  std::string path;
  int root() const { return container ? container->get() : host.get(); }
};

Side side_of(Engine& engine, const CopyEnd& end) {
  Side side;
  if (!end.holder.empty()) {
    side.container.emplace(engine, engine.registry().get(end.holder));
    side.path = "/" + end.path;
    return side;
  }
  side.host = sys::open("/", kDirectory);
  side.path = end.path.starts_with('/') ? end.path : sys::getcwd() + "/" + end.path;
  return side;
}

std::string where(const CopyEnd& end) {
  return end.holder.empty() ? end.path : end.holder + ":" + end.path;
}

Place find_source(const Side& side, const CopyEnd& end, bool follow) {
  try {
    Place place = find_place(side.root(), side.path, follow);
    if (place.status) return place;
  } catch (const sys::Error& error) {
    if (error.error() != ENOENT && error.error() != ENOTDIR) throw;
  }
  throw std::runtime_error(
      end.holder.empty() ? fmt::format("{}: no such file or directory", end.path)
                         : fmt::format("Could not find the file {} in container {}", end.path, end.holder));
}

// Packs in a child, because this process unpacks meanwhile.
sys::Child pack(const Place& source, const std::string& as, int output) {
  return sys::clone3({}, [&] {
    try {
      image::write_entry(source.parent.get(), source.name, as, output);
      return 0;
    } catch (const std::exception& error) {
      sys::complain("mini-container", error.what());
      return 1;
    }
  });
}

void unpack(int tar, int directory, const std::optional<image::Owner>& owner) {
  const image::UnpackOptions options = {.form = image::ArchiveForm::files, .owner = owner};
  const image::Limits limits;
  image::LayerStream stream(tar, limits.bytes);
  stream.unpack(directory, limits, options);
  stream.finish();
}

std::optional<image::Owner> owner_of(const CopyEnd& destination, const CopyOptions& options) {
  if (options.archive) return std::nullopt;
  if (!destination.holder.empty()) return image::Owner{0, 0};
  return image::Owner{sys::geteuid(), sys::getegid()};
}

// The directory that the plan says to unpack in; one that is made for it is as the source's.
sys::UniqueFd target_of(const CopyPlan& plan, const Place& place, const struct stat& source,
                        const std::optional<image::Owner>& owner) {
  const int parent = place.parent.get();
  if (!plan.into) return sys::openat(parent, ".", kDirectory);
  const bool made = plan.make_directory && sys::mkdirat_if_missing(parent, place.name, 0700);
  sys::UniqueFd target = sys::openat(parent, place.name, kDirectory | O_NOFOLLOW);
  if (!made) return target;
  const image::Owner whose = owner.value_or(image::Owner{source.st_uid, source.st_gid});
  sys::fchownat(target.get(), ".", whose.uid, whose.gid);
  sys::fchmodat_nofollow(target.get(), ".", source.st_mode & 07777);
  return target;
}

Place find_destination(const Side& side, const CopyEnd& end) {
  try {
    return find_place(side.root(), side.path, true);
  } catch (const sys::Error& error) {
    if (error.error() != ENOENT && error.error() != ENOTDIR) throw;
    throw std::runtime_error(fmt::format("{}: the directory it is to go into does not exist", where(end)));
  }
}

void copy_from_stream(Engine& engine, const CopyEnd& destination) {
  const Side side = side_of(engine, destination);
  const Place place = find_destination(side, destination);
  if (!place.found().directory)
    throw std::invalid_argument(fmt::format("{}: a tar needs a directory that is there", where(destination)));
  // A tar says who its files' owners are.
  const sys::UniqueFd target = sys::openat(place.parent.get(), place.name, kDirectory | O_NOFOLLOW);
  unpack(STDIN_FILENO, target.get(), std::nullopt);
}

void copy_to_stream(Engine& engine, const CopyEnd& source, const CopyOptions& options) {
  const Side side = side_of(engine, source);
  const Place place = find_source(side, source, options.follow);
  image::write_entry(place.parent.get(), place.name, place.end.content ? "." : place.end.name, STDOUT_FILENO);
}

}  // namespace

void copy(Engine& engine, const CopyEnd& source, const CopyEnd& destination, const CopyOptions& options) {
  if (!source.holder.empty() && !destination.holder.empty())
    throw std::invalid_argument("copying between containers is not supported. Next: cp A:x - | cp - B:y");
  if (source.holder.empty() && destination.holder.empty())
    throw std::invalid_argument(
        "must specify at least one container source. Next: cp CONTAINER:PATH PATH, or the other way round");
  const trace::Phase phase(
      "copy", "one side packs a tar, the other unpacks it; every name is looked up beneath the root");
  if (source.stream()) return copy_from_stream(engine, destination);
  if (destination.stream()) return copy_to_stream(engine, source, options);

  const Side from = side_of(engine, source);
  const Side to = side_of(engine, destination);
  const Place what = find_source(from, source, options.follow);
  const Place place = find_destination(to, destination);
  const CopyPlan plan = text::plan_copy(what.end, what.found(), place.end, place.found());
  const std::string as = plan.into ? plan.as : place.name;
  const auto owner = owner_of(destination, options);
  const sys::UniqueFd target = target_of(plan, place, *what.status, owner);
  sys::Pipe pipe = sys::pipe();
  sys::Child packer = pack(what, as, pipe.write.get());
  pipe.write.reset();
  unpack(pipe.read.get(), target.get(), owner);
  if (packer.wait().shell_code() != 0)
    throw std::runtime_error(fmt::format("{} could not be read whole", where(source)));
}

}  // namespace engine
