// Devices of the host that a container may use: those of --device, and all of them with --privileged.
//
// A node is only a name with two numbers; what lets a process open it is the list of the devices control group. The
// bundle carries both. Reads: mknod(2), stat(2), OCI runtime-spec config-linux.md ("Devices").
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "mini-container/engine/container.h"

namespace engine {

struct Device {
  std::string path;    // in the container
  std::string access;  // of "r", "w" and "m" (mknod): what the control group lets it do
  mode_t mode = 0;     // kind and permissions, as the host's has them
  dev_t number = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

// What --device says: HOST[:CONTAINER][:rwm].
struct DeviceRequest {
  std::string host, container;
  std::string access = "rwm";
};
// Throws std::invalid_argument.
DeviceRequest parse_device(const std::string& text);

// The devices that `settings` asks for, as the host has them now. Of a directory, all below it. Throws
// std::runtime_error for what is no device.
std::vector<Device> devices_of(const Settings& settings);

}  // namespace engine
