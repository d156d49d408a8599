// Compiled filters kept on disk: the dearest step of a container's start, done once a profile.
//
// libseccomp needs 7.7 ms for Docker's profile, more than everything else together, and its answer is always the
// same. So the bytes are kept, rewritten as a search tree, under a name made from the profile. What is read back
// decides what the container may do, so it is believed only if the directory and the file belong to this user
// and nobody else may write them, and if the whole profile, stored beside the program, is the one asked for: a
// name that collides, or a file from another version of libseccomp, is a miss, not a wrong filter.
// Reads: seccomp(2), open(2) (O_NOFOLLOW), stat(2).
#pragma once

#include <string>

#include "mini-container/runtime/security/seccomp.h"

namespace security {

// The filter for `profile`, from `directory` (made with mode 0700 if missing) or compiled and then kept there.
// A cache that cannot be read or written costs time, never the container. Throws what compile_seccomp throws.
SeccompFilter cached_seccomp(const spec::Seccomp& profile, const std::string& directory);

}  // namespace security
