// What a process can see of its own isolation, read from inside: the evidence beside the table's claims.
//
// Two processes share a namespace exactly when the inode numbers agree; everything else comes from procfs, so
// that the report needs no privilege and no program of the image.
// Reads: namespaces(7), proc(5), capabilities(7), seccomp(2), cgroups(7).
#pragma once

#include <string>

namespace workload {

// One line of JSON without its newline:
//   {"namespaces": {"pid": inode or null, ...}, "kernel", "hostname", "visible_processes", "pid",
//    "uid_map", "status": {"Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp", ...}, "mounts", "links":
//    [...], "opens": {path: true, false or null}, "devices"}
// What cannot be read is null, never 0.
std::string describe_isolation();

}  // namespace workload
