// See paths.h.
#include "vm-launcher/cache/paths.h"

#include <fmt/format.h>

#include "base/places/places.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace vm {

namespace {

std::string made(const std::string& path, mode_t mode) {
  sys::mkdir_parents(path, mode);
  return path;
}

}  // namespace

std::string cache_directory() {
  if (sys::geteuid() == 0) return made("/var/cache/isolab", 0755);
  return made(places::cache_home() + "/isolab", 0700);
}

std::string run_directory() {
  if (sys::geteuid() == 0) return made("/run/vm-launcher", 0755);
  return made(places::runtime_directory() + "/vm-launcher", 0700);
}

std::string sibling_program(const std::string& name) {
  const std::string self = sys::readlink("/proc/self/exe");
  return self.substr(0, self.rfind('/') + 1) + name;
}

std::string file_stamp(const std::string& path) {
  const struct stat status = sys::stat(path);
  return fmt::format("{:x}-{:x}-{:x}-{:x}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

std::string boot_id() {
  const std::string text = sys::read_file("/proc/sys/kernel/random/boot_id");
  return text.substr(0, text.find('\n'));
}

}  // namespace vm
