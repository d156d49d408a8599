// See defaults.h.
#include "mini-container/engine/defaults.h"

#include <nlohmann/json.hpp>

namespace engine {

using nlohmann::json;

namespace {

json mount(const char* destination, const char* type, const char* source, std::vector<std::string> options) {
  return {{"destination", destination}, {"type", type}, {"source", source}, {"options", std::move(options)}};
}

json allow(const char* type, const char* access, const json& major = nullptr, const json& minor = nullptr) {
  json rule = {{"allow", true}, {"type", type}, {"access", access}};
  if (!major.is_null()) rule["major"] = major;
  if (!minor.is_null()) rule["minor"] = minor;
  return rule;
}

}  // namespace

json default_mounts(std::int64_t shm_size) {
  const std::string shm = "size=" + std::to_string(shm_size > 0 ? shm_size : kDefaultShmSize);
  return json::array({mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
                      mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
                      mount("/dev/pts", "devpts", "devpts",
                            {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
                      mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}),
                      mount("/sys/fs/cgroup", "cgroup", "cgroup", {"ro", "nosuid", "noexec", "nodev"}),
                      mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
                      mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", shm})});
}

json default_device_rules() {
  return json::array({{{"allow", false}, {"access", "rwm"}},
                      // Any device may be made (mknod), none but these used.
                      allow("c", "m"),
                      allow("b", "m"),
                      allow("c", "rwm", 1, 3),   // null
                      allow("c", "rwm", 1, 5),   // zero
                      allow("c", "rwm", 1, 7),   // full
                      allow("c", "rwm", 1, 8),   // random
                      allow("c", "rwm", 1, 9),   // urandom
                      allow("c", "rwm", 5, 0),   // tty
                      allow("c", "rwm", 5, 1),   // console
                      allow("c", "rwm", 5, 2),   // ptmx
                      allow("c", "rwm", 136)});  // pts/*
}

json masked_paths() {
  return {"/proc/asound",      "/proc/acpi",          "/proc/interrupts", "/proc/kcore",
          "/proc/keys",        "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
          "/proc/sched_debug", "/proc/scsi",          "/sys/firmware",    "/sys/devices/virtual/powercap"};
}

json readonly_paths() {
  return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

}  // namespace engine
