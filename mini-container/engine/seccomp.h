// The seccomp profile of a container: seccomp_default.json resolved for the capabilities that it has.
//
// The file is data: names that are always allowed, names that go with a capability (mount(2) with
// CAP_SYS_ADMIN), and rules for those who lack one. Reads: seccomp(2), OCI runtime-spec config-linux.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace engine {

// The content of seccomp_default.json, inside this program.
extern const char kSeccompDefault[];

// The OCI member linux.seccomp for a container with `capabilities` ("CAP_CHOWN" ...).
nlohmann::json seccomp_for(const std::vector<std::string>& capabilities);

// A user's own profile, in the OCI form or in Docker's (includes, excludes, archMap), resolved likewise.
// Throws std::invalid_argument that names `where`.
nlohmann::json seccomp_from_file(const std::string& text, const std::string& where,
                                 const std::vector<std::string>& capabilities);

}  // namespace engine
