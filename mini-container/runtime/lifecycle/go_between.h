// Being born in a user namespace that exists: the runtime itself must not enter one, since nobody comes back from there,
// so a process of its own does, clones the first process as its sibling, and ends.
// Reads: setns(2), clone(2) (CLONE_PARENT), user_namespaces(7).
#pragma once

#include <functional>
#include <string>

#include "base/sys/process.h"

namespace lifecycle {

// As sys::clone3, in the user namespace at `path`: new namespaces of `arguments` belong to it.
sys::Child clone_in_user_namespace(const std::string& path, const sys::CloneArguments& arguments,
                                   const std::function<int()>& child_main);

}  // namespace lifecycle
