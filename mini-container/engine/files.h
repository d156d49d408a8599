// What a container gets from the host's files: /etc/hostname, /etc/hosts, /etc/resolv.conf, and volumes.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/container.h"
#include "mini-container/engine/parse.h"
#include "mini-container/engine/paths.h"

namespace engine {

// Writes the three files into `directory`. They are bind mounted, so a second call, when the address is
// known, changes their content and not the files.
void write_network_files(const std::string& directory, const Settings& settings, const std::string& address);

// The volumes with host paths; named ones are made on first use, missing host directories too, as in Docker. A new
// named volume begins as a copy of what `rootfs`, the container's mounted layers, has in its place.
std::vector<Volume> host_volumes(const Paths& paths, const Settings& settings, const std::string& rootfs);

// The content of the profile that --security-opt seccomp=FILE names; "" without one.
std::string seccomp_file_of(const Settings& settings);

// Whether the kernel counts swap for control groups, so that a limit for it can be set.
bool swap_is_accounted();

}  // namespace engine
