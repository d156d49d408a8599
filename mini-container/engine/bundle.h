// The OCI bundle: config.json, which says everything that the engine has decided, in the one language that
// every OCI runtime reads.
//
// Pure: settings in, JSON out, so that Docker's defaults (namespaces, capabilities, masked paths, devices) are
// tested without privilege. Reads: OCI runtime-spec config.md, config-linux.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/sys/identity.h"
#include "base/users/users.h"
#include "mini-container/engine/container.h"
#include "mini-container/engine/devices.h"
#include "mini-container/engine/parse.h"

namespace engine {

struct BundleRequest {
  const Container& container;
  users::Identity identity;
  std::string directory;  // of the container: rootfs, hostname, hosts, resolv.conf
  std::string cgroup_path;
  std::vector<Volume> volumes;                     // sources are absolute host paths by now
  std::string seccomp_file;                        // content of the user's profile, when there is one
  bool swap_accounted = false;                     // the kernel can limit swap too
  std::map<std::string, std::string> joined = {};  // namespaces of others: "pid" -> "/proc/42/ns/pid"
  std::vector<Device> devices = {};                // of the host, besides the usual ones
  std::string init_program = {};                   // for --init: the file of container-init
  sys::IdSpace ids = {};                           // of a user namespace of its own; none if empty
};

// The text of config.json. Throws std::invalid_argument for settings that make no sense.
std::string bundle_config(const BundleRequest& request);

// The part of it that `update` changes while the container runs: linux.resources without the devices.
std::string limits_document(const Settings& settings, bool swap_accounted);

// The text of a process for `exec`: the container's own with another command line.
struct ExecRequest {
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string working_directory;
  users::Identity identity;
  bool tty = false;
  bool privileged = false;
};
std::string exec_process(const Container& container, const ExecRequest& request);

}  // namespace engine
