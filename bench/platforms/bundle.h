// An OCI bundle for the low-level runtimes: one config.json, so that all of them do exactly the same work.
//
// `full` is what an engine asks for: Docker's capabilities, its seccomp profile, a cgroup with limits. `limited` leaves
// seccomp out, `plain` the limits too. SPEC: OCI runtime specification 1.0.2, config.md and config-linux.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bench {

// The five limits of `full` and `limited`.
inline constexpr int kMemoryLimit = 512 << 20, kCpuShares = 512, kCpuPeriod = 100000, kCpuQuota = 200000,
                     kPidsLimit = 512;

enum class BundleKind { plain, limited, full };

// What a platform's name gets behind it: nothing for `full`, else -limited or -plain.
std::string suffix_of(BundleKind kind);

// The configuration that runs `arguments` in `rootfs`; `cgroup` is the cgroup's path in every hierarchy.
nlohmann::json bundle_config(const std::string& rootfs, const std::vector<std::string>& arguments,
                             const std::string& cgroup, BundleKind kind);

// The profile of the containers project (containers-common), resolved for this architecture and `capabilities`;
// null when it is not installed. Throws std::runtime_error for a file that is not such a profile.
nlohmann::json seccomp_profile(const std::vector<std::string>& capabilities);
// The same from the profile's text.
nlohmann::json resolve_profile(const nlohmann::json& profile, const std::vector<std::string>& capabilities);

}  // namespace bench
