// See target.h.
#include "mini-container/runtime/rootfs/target.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <vector>

#include "base/sys/file.h"

namespace rootfs {

namespace {

// As many links as the kernel follows in one path. Reads: path_resolution(7).
constexpr int kMaxLinks = 40;

std::vector<std::string> components_of(const std::string& path) {
  std::vector<std::string> components;
  std::size_t start = 0;
  while (start < path.size()) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string component = path.substr(start, end - start);
    if (!component.empty() && component != ".") components.push_back(component);
    start = end + 1;
  }
  return components;
}

std::string joined(const std::vector<std::string>& components, std::size_t from) {
  std::string path;
  for (std::size_t i = from; i < components.size(); ++i)
    path += "/" + components[i];
  return path;
}

sys::UniqueFd make_missing(int root, const std::string& path, Kind kind, int links_left) {
  const std::vector<std::string> components = components_of(path);
  std::string walked;
  sys::UniqueFd here = sys::open_in_root(root, "/", O_PATH | O_DIRECTORY);
  for (std::size_t i = 0; i < components.size(); ++i) {
    const std::string& name = components[i];
    const std::string next = fmt::format("{}/{}", walked, name);
    sys::UniqueFd found = sys::open_in_root_if_present(root, next, O_PATH);
    if (!found) {
      // Either nothing is there, or a link to nothing: then the place is where it points.
      const sys::UniqueFd link = sys::open_in_root_if_present(here.get(), name, O_PATH | O_NOFOLLOW);
      if (link && S_ISLNK(sys::fstat(link.get()).st_mode)) {
        if (links_left == 0) throw sys::Error(ELOOP, "openat2", path + " inside the root");
        const std::string target = sys::readlinkat(link.get(), "");
        const std::string base = target.starts_with("/") ? "" : walked + "/";
        return make_missing(root, base + target + joined(components, i + 1), kind, links_left - 1);
      }
      if (i + 1 == components.size() && kind == Kind::file) {
        sys::openat(here.get(), name, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);
      } else {
        sys::mkdirat_if_missing(here.get(), name, 0755);
      }
      found = sys::openat(here.get(), name, O_PATH | O_NOFOLLOW);
    }
    here = std::move(found);
    walked = next;
  }
  return here;
}

// Mostly no more than the last directory is missing: half the calls of the walk from the root. Nothing if it is not so
// simple: also the directory above is missing, or a link to nothing is there.
sys::UniqueFd make_last_directory(int root, const std::string& path) {
  const std::string name = name_of(path);
  const sys::UniqueFd parent = sys::open_in_root_if_present(root, parent_of(path), O_PATH);
  if (!parent || name.empty() || !sys::mkdirat_if_missing(parent.get(), name, 0755)) return {};
  return sys::openat(parent.get(), name, O_PATH | O_NOFOLLOW);
}

}  // namespace

sys::UniqueFd open_or_make(int root, const std::string& path, Kind kind, Links links) {
  sys::UniqueFd found = sys::open_in_root_if_present(root, path, O_PATH);
  if (!found && kind == Kind::directory) found = make_last_directory(root, path);
  if (!found) found = make_missing(root, path, kind, kMaxLinks);
  if (links == Links::refuse) found = sys::open_in_root(root, path, O_PATH, 0, RESOLVE_NO_SYMLINKS);
  return found;
}

bool is_directory(int fd) {
  return S_ISDIR(sys::fstat(fd).st_mode);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace rootfs
