// See bundle.h.
#include "tests/support/bundle.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/sys/file.h"

namespace testing_bundle {

namespace fs = std::filesystem;

namespace {

constexpr char kBusybox[] = "/bin/busybox";

constexpr char kDocument[] = R"({
  "ociVersion": "1.0.2",
  "process": {
    "user": { "uid": 0, "gid": 0 }, "cwd": "/", "args": [ "/bin/sh", "-c", "" ],
    "env": [ "PATH=/bin" ], "noNewPrivileges": true,
    "capabilities": {
      "bounding":  [ "CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE" ],
      "permitted": [ "CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE" ],
      "effective": [ "CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE" ]
    },
    "rlimits": [ { "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024 } ]
  },
  "root": { "path": "rootfs", "readonly": true },
  "hostname": "box",
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc", "options": [ "nosuid", "noexec", "nodev" ] },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": [ "nosuid", "mode=755", "size=65536k" ] },
    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": [ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620" ] },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": [ "nosuid", "nodev" ] },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [ "nosuid", "noexec", "nodev", "ro" ] },
    { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
      "options": [ "nosuid", "noexec", "nodev", "ro" ] }
  ],
  "linux": {
    "resources": { "devices": [ { "allow": false, "access": "rwm" } ] },
    "namespaces": [ { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" },
                    { "type": "mount" }, { "type": "cgroup" } ],
    "maskedPaths": [ "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware" ],
    "readonlyPaths": [ "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" ]
  }
})";

void make_rootfs(const std::string& root) {
  for (const char* name : {"/bin", "/proc", "/dev", "/sys", "/tmp", "/etc", "/data"}) {
    fs::create_directories(root + name);
  }
  fs::copy_file(kBusybox, root + "/bin/busybox");
  for (const char* applet : {"sh", "cat", "ls", "mount", "mknod", "dd", "unshare", "nsenter", "readlink",
                             "sleep", "true", "chroot", "head", "hostname", "id", "mkdir", "pwd"}) {
    fs::create_symlink("busybox", root + "/bin/" + applet);
  }
}

}  // namespace

std::string missing() {
  if (::geteuid() != 0) return "containers of the host's root need root";
  if (!sys::exists(kBusybox)) return "/bin/busybox is missing: install busybox-static";
  if (!sys::exists(runtime())) return runtime() + " is not built";
  return {};
}

Bundle::Bundle(const std::string& script) : config(nlohmann::json::parse(kDocument)) {
  char pattern[] = "/tmp/isolab-bundle-XXXXXX";
  path_ = ::mkdtemp(pattern);
  make_rootfs(rootfs());
  config["process"]["args"][2] = script;
  write();
}

Bundle::~Bundle() {
  sys::remove_tree(path_);
}

void Bundle::leave_groups_out() {
  auto& mounts = config["mounts"];
  mounts.erase(std::remove_if(mounts.begin(), mounts.end(),
                              [](const auto& mount) { return mount["type"] == "cgroup"; }),
               mounts.end());
}

void Bundle::share_mounts() {
  auto& linux = config["linux"];
  auto& spaces = linux["namespaces"];
  spaces.erase(std::remove_if(spaces.begin(), spaces.end(),
                              [](const auto& space) { return space["type"] == "mount"; }),
               spaces.end());
  linux.erase("maskedPaths");
  linux.erase("readonlyPaths");
  config["root"]["readonly"] = false;
  config["mounts"] = nlohmann::json::array();
}

void Bundle::write() const {
  std::ofstream(path_ + "/config.json") << config.dump(2);
}

Output run_program(const std::vector<std::string>& arguments) {
  const sys::UniqueFd output = sys::memfd_create("output");
  const sys::UniqueFd errors = sys::memfd_create("errors");
  sys::SpawnOptions options;
  options.output = output.get();
  options.error = errors.get();
  Output result;
  result.status = sys::spawn(arguments, options).wait();
  sys::rewind(output.get());
  sys::rewind(errors.get());
  result.text = sys::read_to_end(output.get());
  result.errors = sys::read_to_end(errors.get());
  return result;
}

std::string runtime() {
  const char* chosen = ::getenv("RUNTIME");
  return chosen != nullptr ? chosen : ISOLAB_BIN "/mini-runtime";
}

}  // namespace testing_bundle
