// Where vm-launcher keeps things: caches that may be deleted at any time, and the state of running VMs.
// Root uses the system's folders, anybody else the XDG ones. Reads: hier(7), XDG base directory specification.
#pragma once

#include <string>

namespace vm {

// /var/cache/isolab, or $XDG_CACHE_HOME/isolab (~/.cache/isolab). Made on first use.
std::string cache_directory();

// /run/vm-launcher, or $XDG_RUNTIME_DIR/vm-launcher. Made on first use.
std::string run_directory();

// A program that was built next to this one ("guest-init", "mini-container").
std::string sibling_program(const std::string& name);

// Inode, size and modification time of a file: names its content well enough for a cache key, without reading it.
std::string file_stamp(const std::string& path);

// Stable across reboots of nothing but this boot: /proc/sys/kernel/random/boot_id.
std::string boot_id();

}  // namespace vm
