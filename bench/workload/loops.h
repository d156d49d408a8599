// Fixed amounts of work, timed from inside: the same instructions wherever they run, so that only what lies
// between them and the machine differs.
//
// Times are CLOCK_MONOTONIC differences taken by the program itself, so starting it is not part of them.
// Reads: clock_gettime(2), getpid(2), write(2), fsync(2), statfs(2).
#pragma once

#include <cstdint>
#include <string>

namespace workload {

// Each returns one line of JSON without its newline.

// `rounds` blocks of integer and floating-point work, timed apart. An emulator pays far more for the second.
std::string run_cpu(std::uint64_t rounds);
// `count` times the cheapest kernel call that no C library answers by itself.
std::string run_syscalls(std::uint64_t count);
// Writes `megabytes` MiB to a new file `path`, fsync, removes it. The JSON names the file system: a write to
// memory (tmpfs, an initramfs) must not pass for a disk's.
std::string run_disk(const std::string& path, std::uint64_t megabytes);

}  // namespace workload
