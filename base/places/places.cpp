// See places.h.
#include "base/places/places.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "base/sys/fd.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace places {

namespace {

// SPEC: "All paths set in these environment variables must be absolute. If an implementation encounters a relative path
// in any of these variables it should consider the path invalid and ignore it."
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value == '/' ? value : "";
}

std::string below_home(const char* name, const char* otherwise) {
  const std::string value = variable(name);
  if (!value.empty()) return value;
  const std::string home = variable("HOME");
  return (home.empty() ? "/tmp" : home) + otherwise;
}

// SPEC: XDG_RUNTIME_DIR "MUST be owned by the user, and he MUST be the only one having read and write access to it".
void check_is_ours_alone(const std::string& path) {
  // WHY O_NOFOLLOW: in /tmp anybody could have put a link there first, and would choose whose folder we use.
  const sys::UniqueFd folder = sys::open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  const struct stat status = sys::fstat(folder.get());
  if (status.st_uid != sys::geteuid()) {
    throw std::runtime_error(path +
                             " belongs to another user. Next: set XDG_RUNTIME_DIR to a folder of your own");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw std::runtime_error(fmt::format("{0} is open to others (mode {1:04o}). Next: chmod 700 {0}", path,
                                         status.st_mode & 07777));
  }
}

}  // namespace

bool is_ours_alone(const std::string& path) {
  try {
    check_is_ours_alone(path);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::string program_in_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return sys::exists(name) ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/sbin:/usr/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const std::string file = folder + "/" + name; sys::exists(file)) return file;
  return {};
}

std::string data_home() {
  return below_home("XDG_DATA_HOME", "/.local/share");
}

std::string cache_home() {
  return below_home("XDG_CACHE_HOME", "/.cache");
}

std::string runtime_directory() {
  std::string path = variable("XDG_RUNTIME_DIR");
  if (path.empty()) {
    path = fmt::format("/tmp/isolab-{}", sys::geteuid());
    sys::mkdir_if_missing(path, 0700);
  }
  check_is_ours_alone(path);
  return path;
}

}  // namespace places
