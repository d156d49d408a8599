// A request as the file config.json, and back. See run.h.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "vm-launcher/launch/run.h"

namespace vm {

namespace {

using nlohmann::json;

std::string absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

json to_json(const DiskSpec& disk) {
  return {{"file", absolute(disk.file)},
          {"scratch_mib", disk.scratch_mib},
          {"mount_point", disk.mount_point},
          {"read_only", disk.read_only},
          {"write_through", disk.write_through}};
}

json to_json(const ShareSpec& share) {
  return {
      {"folder", absolute(share.folder)}, {"mount_point", share.mount_point}, {"read_only", share.read_only}};
}

json to_json(const PortForward& port) {
  return {{"host_address", port.host_address},
          {"host", port.host},
          {"guest", port.guest},
          {"protocol", port.protocol}};
}

template <class Value>
json list_of(const std::vector<Value>& values) {
  json list = json::array();
  for (const Value& value : values)
    list.push_back(to_json(value));
  return list;
}

DiskSpec disk_from(const json& value) {
  return {value.at("file"), value.at("scratch_mib"), value.at("mount_point"), value.at("read_only"),
          value.at("write_through")};
}

ShareSpec share_from(const json& value) {
  return {value.at("folder"), value.at("mount_point"), value.at("read_only")};
}

PortForward port_from(const json& value) {
  return {value.at("host_address"), value.at("host"), value.at("guest"), value.at("protocol")};
}

RunRequest request_from(const json& value) {
  RunRequest request;
  request.environment = value.at("environment").get<std::vector<std::string>>();
  request.directory = value.at("directory");
  request.user = value.at("user");
  request.command = value.at("command").get<std::vector<std::string>>();
  request.source = {value.at("image"), value.at("rootfs"), value.at("initrd"), false};
  request.kernel = value.at("kernel");
  request.accelerator = value.at("accelerator");
  request.profile = profile_named(value.at("profile"));
  request.memory_mib = value.at("memory_mib");
  request.cpus = value.at("cpus");
  request.warmth = value.at("warmth");
  for (const json& disk : value.at("disks"))
    request.disks.push_back(disk_from(disk));
  request.cloud_init = value.at("cloud_init");
  for (const json& share : value.at("shares"))
    request.shares.push_back(share_from(share));
  request.network = value.at("network");
  for (const json& port : value.at("ports"))
    request.ports.push_back(port_from(port));
  request.name = value.at("name");
  request.connect = value.at("connect");
  request.timings = value.at("timings");
  request.timeout_s = value.at("timeout_s");
  request.tty = value.at("tty");
  request.remove = value.at("remove");
  return request;
}

}  // namespace

std::string to_json(const RunRequest& request) {
  const json value = {{"environment", request.environment},
                      {"directory", request.directory},
                      {"user", request.user},
                      {"command", request.command},
                      {"image", request.source.image},
                      {"rootfs", absolute(request.source.tar)},
                      {"initrd", absolute(request.source.initrd)},
                      {"kernel", absolute(request.kernel)},
                      {"accelerator", request.accelerator},
                      {"profile", request.profile ? name_of(*request.profile) : ""},
                      {"memory_mib", request.memory_mib},
                      {"cpus", request.cpus},
                      {"warmth", request.warmth},
                      {"disks", list_of(request.disks)},
                      {"cloud_init", absolute(request.cloud_init)},
                      {"shares", list_of(request.shares)},
                      {"network", request.network},
                      {"ports", list_of(request.ports)},
                      {"name", request.name},
                      {"connect", request.connect},
                      {"timings", absolute(request.timings)},
                      {"timeout_s", request.timeout_s},
                      {"tty", request.tty},
                      {"remove", request.remove}};
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

RunRequest parse_request(const std::string& text) {
  try {
    return request_from(json::parse(text));
  } catch (const json::exception& error) {
    throw std::runtime_error(
        fmt::format("{} of this VM cannot be read: {}. Next: vm-launcher rm, and make it again", kConfigFile,
                    error.what()));
  }
}

}  // namespace vm
