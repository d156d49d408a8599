// See devices.h.
#include "mini-container/engine/devices.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/text/text.h"

namespace engine {

namespace {

constexpr const char* kAll = "/dev";

bool is_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
}

bool is_access(std::string_view text) {
  return !text.empty() && text.find_first_not_of("rwm") == std::string_view::npos;
}

// WHY: a container has these of its own, whatever the host's are.
bool is_its_own(const std::string& path) {
  static const std::vector<std::string> names = {"/dev/console", "/dev/fd",  "/dev/mqueue", "/dev/pts",
                                                 "/dev/ptmx",    "/dev/shm", "/dev/.udev",  "/dev/.lxc"};
  return std::find(names.begin(), names.end(), path) != names.end();
}

// Every device below `host`; links are only other names for them.
void add_below(std::vector<Device>& devices, const DeviceRequest& request) {
  for (const std::string& name : sys::list_directory(request.host)) {
    const DeviceRequest one = {request.host + "/" + name, request.container + "/" + name, request.access};
    const auto status = sys::statat_if_present(AT_FDCWD, one.host);
    if (!status || is_its_own(one.host)) continue;
    if (S_ISDIR(status->st_mode)) add_below(devices, one);
    if (is_device(*status)) {
      devices.push_back(
          {one.container, one.access, status->st_mode, status->st_rdev, status->st_uid, status->st_gid});
    }
  }
}

void add_device(std::vector<Device>& devices, const DeviceRequest& request) {
  const auto status = sys::stat_if_present(request.host);
  if (status && S_ISDIR(status->st_mode)) return add_below(devices, request);
  if (!status || !is_device(*status)) {
    throw std::runtime_error(fmt::format(
        "error gathering device information while adding custom device \"{}\": {}. Next: ls -l /dev",
        request.host, status ? "not a device node" : "no such file or directory"));
  }
  // The host's own for a name in /dev is replaced by what was asked for.
  std::erase_if(devices, [&](const Device& known) { return known.path == request.container; });
  devices.push_back(
      {request.container, request.access, status->st_mode, status->st_rdev, status->st_uid, status->st_gid});
}

}  // namespace

DeviceRequest parse_device(const std::string& text) {
  const auto parts = text::split(text, ':');
  DeviceRequest request;
  request.host = request.container = parts.front();
  // As Docker: the second part is a path, unless it can only be an access.
  if (parts.size() > 1)
    (parts.size() == 2 && is_access(parts[1]) ? request.access : request.container) = parts[1];
  if (parts.size() > 2) request.access = parts[2];
  if (parts.size() > 3 || request.host.empty() || !request.container.starts_with('/') ||
      !is_access(request.access)) {
    throw std::invalid_argument(
        fmt::format("bad format for device \"{}\": expected /HOST[:/CONTAINER][:rwm]", text));
  }
  return request;
}

std::vector<Device> devices_of(const Settings& settings) {
  std::vector<Device> devices;
  if (settings.privileged) add_below(devices, {kAll, kAll});
  for (const std::string& text : settings.devices)
    add_device(devices, parse_device(text));
  return devices;
}

}  // namespace engine
