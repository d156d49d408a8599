// See paths.h.
#include "vm-launcher/cache/paths.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace vm {

namespace {

std::string variable_or(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string made(const std::string& path, mode_t mode) {
  sys::mkdir_parents(path, mode);
  return path;
}

}  // namespace

std::string cache_directory() {
  if (sys::geteuid() == 0) return made("/var/cache/isolab", 0755);
  return made(variable_or("XDG_CACHE_HOME", variable_or("HOME", "/tmp") + "/.cache") + "/isolab", 0700);
}

std::string run_directory() {
  if (sys::geteuid() == 0) return made("/run/vm-launcher", 0755);
  const std::string top = variable_or("XDG_RUNTIME_DIR", fmt::format("/tmp/isolab-{}", sys::geteuid()));
  const std::string path = made(top + "/vm-launcher", 0700);
  // WHY: in /tmp anybody could have been there first, and would own the sockets of our VMs.
  if (sys::stat(top).st_uid != sys::geteuid()) {
    throw std::runtime_error(top +
                             " belongs to another user. Next: set XDG_RUNTIME_DIR to a folder of your own");
  }
  return path;
}

std::string sibling_program(const std::string& name) {
  const std::string self = sys::readlink("/proc/self/exe");
  return self.substr(0, self.rfind('/') + 1) + name;
}

std::string file_stamp(const std::string& path) {
  const struct stat status = sys::stat(path);
  return fmt::format("{:x}-{:x}-{:x}", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

std::string boot_id() {
  const std::string text = sys::read_file("/proc/sys/kernel/random/boot_id");
  return text.substr(0, text.find('\n'));
}

}  // namespace vm
