// See default_config.h.
#include "mini-container/runtime/spec/default_config.h"

#include <nlohmann/json.hpp>

namespace spec {

namespace {

// Kept as text: it is read by people far more often than by programs.
// The version is the oldest that has all of it, since other runtimes refuse what they do not know.
// WHY the filter, which runc's and crun's have not: two things need no capability, so that dropping them stops nothing.
// The host's keyrings belong to a uid, which root inside shares. And a new user namespace makes root of whoever asks: in
// it control groups can be mounted writable, and the container's own limits lifted. The flag is 268435456, CLONE_NEWUSER;
// clone3 has its flags in memory, where no filter looks, and ENOSYS (38) sends libc back to clone.
constexpr char kDefault[] = R"({
  "ociVersion": "1.0.2",
  "process": {
    "terminal": true,
    "user": { "uid": 0, "gid": 0 },
    "args": [ "sh" ],
    "env": [ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm" ],
    "cwd": "/",
    "capabilities": {
      "bounding": [ "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE" ],
      "effective": [ "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE" ],
      "permitted": [ "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE" ]
    },
    "rlimits": [ { "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024 } ],
    "noNewPrivileges": true
  },
  "root": { "path": "rootfs", "readonly": true },
  "hostname": "mini-runtime",
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc", "options": [ "nosuid", "noexec", "nodev" ] },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
      "options": [ "nosuid", "strictatime", "mode=755", "size=65536k" ] },
    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": [ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" ] },
    { "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
      "options": [ "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" ] },
    { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": [ "nosuid", "noexec", "nodev" ] },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [ "nosuid", "noexec", "nodev", "ro" ] },
    { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
      "options": [ "nosuid", "noexec", "nodev", "relatime", "ro" ] }
  ],
  "linux": {
    "resources": { "devices": [ { "allow": false, "access": "rwm" } ] },
    "namespaces": [
      { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" },
      { "type": "cgroup" }
    ],
    "maskedPaths": [
      "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
      "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"
    ],
    "readonlyPaths": [ "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" ],
    "seccomp": {
      "defaultAction": "SCMP_ACT_ALLOW",
      "architectures": [ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" ],
      "syscalls": [
        { "names": [ "add_key", "keyctl", "request_key" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 },
        { "names": [ "clone", "unshare" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
          "args": [ { "index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ" } ] },
        { "names": [ "clone3" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 38 }
      ]
    }
  }
}
)";

// What only the host's root may do is left out or bound from the host.
void make_rootless(nlohmann::ordered_json& config, unsigned uid, unsigned gid) {
  auto& platform = config["linux"];
  platform["namespaces"].push_back({{"type", "user"}});
  platform["uidMappings"] = {{{"containerID", 0}, {"hostID", uid}, {"size", 1}}};
  platform["gidMappings"] = {{{"containerID", 0}, {"hostID", gid}, {"size", 1}}};
  platform.erase("resources");
  nlohmann::ordered_json mounts = nlohmann::ordered_json::array();
  for (auto& mount : config["mounts"]) {
    if (mount["type"] == "cgroup") continue;
    // Group 5 (tty) has no number in a map of one id.
    if (mount["type"] == "devpts") mount["options"].erase(5);
    mounts.push_back(mount);
  }
  config["mounts"] = mounts;
}

}  // namespace

std::string default_config(bool rootless, unsigned uid, unsigned gid) {
  if (!rootless) return kDefault;
  auto config = nlohmann::ordered_json::parse(kDefault);
  make_rootless(config, uid, gid);
  return config.dump(2) + "\n";
}

}  // namespace spec
