// Which libvirt to talk to, and the private root folder of an embedded one.
//
// WHY settings: in a container or a minimal system there is no systemd to place QEMU into a cgroup, no virtlogd to
// hold its log, and no security driver; the embedded driver must not look for them. What it found out about QEMU
// (half a second) is shared between all roots through one cache. Reads: qemu.conf, libvirt drvqemu.
#pragma once

#include <string>

namespace vm::libvirt {

// Makes `root` ready for an embedded driver and returns the URI "qemu:///embed?root=...".
std::string prepare_embedded(const std::string& root, const std::string& shared_cache);

// The system daemon's URI if its socket is there, else "".
std::string running_daemon();

}  // namespace vm::libvirt
