// What a container of Docker's looks like when nobody asks for anything else.
// Reads: OCI runtime-spec config-linux.md (default file systems), proc(5), devices.txt of the kernel.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace engine {

inline constexpr std::int64_t kDefaultShmSize = 64 << 20;

nlohmann::json default_mounts(std::int64_t shm_size);
nlohmann::json default_device_rules();
// Files of /proc and /sys that tell of, or reach, the host: hidden, or read-only.
nlohmann::json masked_paths();
nlohmann::json readonly_paths();

}  // namespace engine
