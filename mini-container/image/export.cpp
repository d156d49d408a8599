// See export.h.
#include "mini-container/image/export.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/inode.h"
#include "base/sys/mount.h"
#include "mini-container/image/overlay.h"
#include "mini-container/image/tar_writer.h"

namespace image {

namespace {

// WHY: each level holds a descriptor, and what cannot be unpacked again (tar_entry.cpp) need not be packed.
constexpr std::size_t kDeepest = 200;

enum class Form { tree, layer };

// What a name that somebody else exchanges at this moment may answer.
bool gone(const sys::Error& error) {
  return error.error() == ENOENT || error.error() == ENOTDIR || error.error() == ELOOP ||
         error.error() == ENXIO;
}

class Exporter {
 public:
  Exporter(Form form, int output, const std::set<std::string>& ignored = {})
      : form_(form),
        ignored_(ignored),
        tar_([output](std::string_view bytes) { sys::write_all(output, bytes); }) {}

  void content(int root) {
    const sys::UniqueFd directory = sys::open_in_root(root, ".", O_RDONLY | O_DIRECTORY);
    walk(directory.get(), {});
  }
  void one(int directory, const std::string& name, const Components& as) { visit(directory, name, as); }
  void finish() { tar_.finish(); }

 private:
  void walk(int directory, const Components& above);
  void visit(int directory, const std::string& name, const Components& path);
  void descend(int directory, const std::string& name, const Components& path);
  void add(int directory, const std::string& name, const struct stat& status, const Components& path);
  void add_file(int directory, const std::string& name, TarEntry& entry);
  void add_mark(const Components& above, const std::string& name);

  Form form_;
  const std::set<std::string> ignored_;
  TarWriter tar_;
  std::map<std::pair<dev_t, ino_t>, Components> linked_;  // where an inode of several names was first seen
};

void Exporter::walk(int directory, const Components& above) {
  for (const std::string& name : sys::list_directory(directory)) {
    Components path = above;
    path.push_back(name);
    visit(directory, name, path);
  }
}

void Exporter::visit(int directory, const std::string& name, const Components& path) {
  const auto status = sys::statat_if_present(directory, name);
  if (!status || S_ISSOCK(status->st_mode)) return;
  if (ignored_.contains(fmt::format("/{}", fmt::join(path, "/")))) return;
  if (is_whiteout(*status)) {
    if (form_ == Form::layer) add_mark({path.begin(), path.end() - 1}, ".wh." + path.back());
    return;
  }
  add(directory, name, *status, path);
  if (!S_ISDIR(status->st_mode)) return;
  if (path.size() >= kDeepest)
    throw std::runtime_error(fmt::format("\"{}\" is nested deeper than 200 directories", path.front()));
  try {
    descend(directory, name, path);
  } catch (const sys::Error& error) {
    if (!gone(error)) throw;
  }
}

void Exporter::descend(int directory, const std::string& name, const Components& path) {
  if (form_ == Form::layer && is_opaque(directory, name)) add_mark(path, ".wh..wh..opq");
  const sys::UniqueFd inner = sys::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  walk(inner.get(), path);
}

void Exporter::add(int directory, const std::string& name, const struct stat& status,
                   const Components& path) {
  TarEntry entry;
  entry.path = fmt::format("{}", fmt::join(path, "/"));
  entry.type = status.st_mode & S_IFMT;
  entry.mode = status.st_mode & 07777;
  // What an ordinary user has unpacked belongs to that user, for want of the power to give it to root.
  const bool users_own = sys::geteuid() != 0;
  entry.uid = users_own ? 0 : status.st_uid;
  entry.gid = users_own ? 0 : status.st_gid;
  entry.device = status.st_rdev;
  entry.modified = status.st_mtim;
  try {
    if (S_ISLNK(status.st_mode)) entry.symlink = sys::readlinkat(directory, name);
    if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
      const auto [first, fresh] = linked_.try_emplace({status.st_dev, status.st_ino}, path);
      entry.hard_link = !fresh;
      if (entry.hard_link) entry.link = first->second;
    }
    if (entry.hard_link) return tar_.add(entry);
    for (const std::string& attribute : sys::list_attributes(directory, name)) {
      if (!belongs_to_image(attribute)) continue;
      if (auto value = sys::get_attribute(directory, name, attribute))
        entry.attributes.emplace_back(attribute, *value);
    }
    if (S_ISREG(status.st_mode)) return add_file(directory, name, entry);
  } catch (const sys::Error& error) {
    if (!gone(error)) throw;
    linked_.erase({status.st_dev, status.st_ino});
    return;
  }
  tar_.add(entry);
}

// ORDER: opened before its header is written, because what is gone by then must leave no header.
void Exporter::add_file(int directory, const std::string& name, TarEntry& entry) {
  // WHY O_NONBLOCK: by now it may be a FIFO, which would wait for a writer that never comes.
  const sys::UniqueFd file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const struct stat status = sys::fstat(file.get());
  if (!S_ISREG(status.st_mode)) return;
  entry.size = static_cast<std::uint64_t>(status.st_size);
  tar_.add(entry);
  std::vector<char> buffer(1 << 16);
  std::uint64_t left = entry.size;
  while (left > 0) {
    const std::size_t wanted = std::min<std::uint64_t>(left, buffer.size());
    std::size_t count = sys::read(file.get(), {buffer.data(), wanted});
    if (count == 0) {
      // It has become shorter: zeros, as tar itself pads.
      std::fill(buffer.begin(), buffer.end(), '\0');
      count = wanted;
    }
    tar_.content({buffer.data(), count});
    left -= count;
  }
}

void Exporter::add_mark(const Components& above, const std::string& name) {
  TarEntry entry;
  Components path = above;
  path.push_back(name);
  entry.path = fmt::format("{}", fmt::join(path, "/"));
  entry.type = S_IFREG;
  tar_.add(entry);
}

}  // namespace

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

bool is_opaque(int directory, const std::string& name) {
  return sys::get_attribute(directory, name, opaque_mark()) == "y";
}

sys::UniqueFd merged_view(const std::vector<std::string>& layers) {
  if (layers.size() == 1) return sys::open(layers.front(), O_RDONLY | O_DIRECTORY);
  // WHY: names of open descriptors, because fsconfig(2) takes at most 255 bytes for a value.
  std::vector<sys::UniqueFd> open;
  std::string lower;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    open.push_back(sys::open(*layer, O_PATH | O_DIRECTORY));
    lower += (lower.empty() ? "" : ":") + sys::fd_path(open.back().get());
  }
  std::vector<sys::FsOption> options = {{"lowerdir", lower}};
  if (marks_are_the_users()) options.push_back({"userxattr", ""});
  return sys::mount_detached("overlay", options, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
}

void write_tar(int root, int output) {
  Exporter exporter(Form::tree, output);
  exporter.content(root);
  exporter.finish();
}

void write_layer(int upper, int output, const std::set<std::string>& ignored) {
  Exporter exporter(Form::layer, output, ignored);
  exporter.content(upper);
  exporter.finish();
}

void write_entry(int directory, const std::string& name, const std::string& as, int output) {
  Exporter exporter(Form::tree, output);
  if (as == ".") {
    const sys::UniqueFd inner = sys::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    exporter.content(inner.get());
  } else {
    exporter.one(directory, name, {as});
  }
  exporter.finish();
}

}  // namespace image
