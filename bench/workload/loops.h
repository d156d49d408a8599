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
// A library's work: zlib packs `kilobytes` KiB of text and digests them (deflate, crc32).
std::string run_library(std::uint64_t kilobytes);
// STREAM's four kernels over three arrays of `megabytes` MiB: copy, scale, add, triad.
std::string run_stream(std::uint64_t megabytes);
// `steps` loads of which each needs the one before, through 16 KiB, 256 KiB, 4 MiB and 32 MiB: what a load costs.
std::string run_chase(std::uint64_t steps);
// Two processes on one CPU answer each other through pipes `count` times.
std::string run_switches(std::uint64_t count);
// The other of the two: every byte that comes from one descriptor goes to the other, `count` times.
void answer(int from, int to, std::uint64_t count);
// Touches `megabytes` MiB of new memory, page by page.
std::string run_faults(std::uint64_t megabytes);
// Creates, looks at and removes `count` files in a new folder `path`.
std::string run_metadata(const std::string& path, std::uint64_t count);
// Uses one CPU for so long: pairs of the monotonic clock and the CPU time got until then, every 20 ms.
std::string run_spin(std::uint64_t milliseconds);
// Writes `megabytes` MiB to a new file `path`, fsync, removes it. The JSON names the file system: a write to
// memory (tmpfs, an initramfs) must not pass for a disk's.
std::string run_disk(const std::string& path, std::uint64_t megabytes);

}  // namespace workload
