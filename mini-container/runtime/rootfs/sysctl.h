// Kernel parameters of a namespace (/proc/sys). Only those that a new namespace has a copy of may be set: all
// others would change the host. Reads: sysctl(8), namespaces(7), OCI runtime-spec config-linux.md (sysctl).
#pragma once

#include <vector>

#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// Throws spec::Invalid for a parameter that is the host's.
// `domain` is the document's domainname.
std::vector<Sysctl> plan_sysctls(const spec::Linux& linux, const std::string& domain);

// Writes one below the container's /proc, which must be a real procfs.
void write_sysctls(const std::vector<Sysctl>& sysctls, int root);

}  // namespace rootfs
