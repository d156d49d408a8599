// The document that `spec` writes: a container with a terminal, the usual mounts and Docker's small set of
// capabilities, to be changed by hand. Reads: OCI runtime-spec config.md.
#pragma once

#include <string>

namespace spec {

// `rootless`: in a user namespace that maps the caller's ids, and without what that cannot have.
std::string default_config(bool rootless, unsigned uid, unsigned gid);

}  // namespace spec
