// See export.h.
#include "mini-container/image/export.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/inode.h"
#include "base/sys/mount.h"
#include "mini-container/image/tar_writer.h"

namespace image {

namespace {

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

class Exporter {
 public:
  Exporter(int root, int output)
      : root_(root), tar_([output](std::string_view bytes) { sys::write_all(output, bytes); }) {}

  void run() {
    const sys::UniqueFd directory = sys::open_in_root(root_, ".", O_RDONLY | O_DIRECTORY);
    walk(directory.get(), {});
    tar_.finish();
  }

 private:
  void walk(int directory, const Components& above);
  void add(int directory, const std::string& name, const struct stat& status, const Components& path);
  void copy_content(int directory, const std::string& name);

  int root_;
  TarWriter tar_;
  std::map<std::pair<dev_t, ino_t>, Components> linked_;  // where an inode of several names was first seen
};

void Exporter::walk(int directory, const Components& above) {
  for (const std::string& name : sys::list_directory(directory)) {
    const auto status = sys::statat_if_present(directory, name);
    if (!status || is_whiteout(*status) || S_ISSOCK(status->st_mode)) continue;
    Components path = above;
    path.push_back(name);
    add(directory, name, *status, path);
    if (!S_ISDIR(status->st_mode)) continue;
    walk(sys::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), path);
  }
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
  if (S_ISLNK(status.st_mode)) entry.symlink = sys::readlinkat(directory, name);
  if (S_ISREG(status.st_mode)) entry.size = static_cast<std::uint64_t>(status.st_size);
  if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
    const auto [first, fresh] = linked_.try_emplace({status.st_dev, status.st_ino}, path);
    entry.hard_link = !fresh;
    if (entry.hard_link) entry.link = first->second;
  }
  if (entry.hard_link) {
    entry.size = 0;
    return tar_.add(entry);
  }
  for (const std::string& attribute : sys::list_attributes(directory, name)) {
    if (!belongs_to_image(attribute)) continue;
    if (auto value = sys::get_attribute(directory, name, attribute))
      entry.attributes.emplace_back(attribute, *value);
  }
  tar_.add(entry);
  if (S_ISREG(status.st_mode)) copy_content(directory, name);
}

void Exporter::copy_content(int directory, const std::string& name) {
  const sys::UniqueFd file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW);
  std::vector<char> buffer(1 << 16);
  while (const std::size_t count = sys::read(file.get(), buffer))
    tar_.content({buffer.data(), count});
}

}  // namespace

sys::UniqueFd merged_view(const std::vector<std::string>& layers) {
  if (layers.size() == 1) return sys::open(layers.front(), O_RDONLY | O_DIRECTORY);
  // WHY: names of open descriptors, because fsconfig(2) takes at most 255 bytes for a value.
  std::vector<sys::UniqueFd> open;
  std::string lower;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    open.push_back(sys::open(*layer, O_PATH | O_DIRECTORY));
    lower += (lower.empty() ? "" : ":") + sys::fd_path(open.back().get());
  }
  return sys::mount_detached("overlay", {{"lowerdir", lower}}, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
}

void write_tar(int root, int output) {
  Exporter(root, output).run();
}

}  // namespace image
