// The lines of --version, in runc's order: docker info, podman info and scripts read them.
#include <fmt/format.h>

#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/spec/features.h"

namespace cli {

std::string version_text(const std::string& program) {
  return fmt::format("{} version {}\ncommit: {}\nspec: {}\nlibseccomp: {}", program, spec::kVersion,
                     ISOLAB_COMMIT, spec::kSpecVersion, lifecycle::seccomp_library_version());
}

}  // namespace cli
