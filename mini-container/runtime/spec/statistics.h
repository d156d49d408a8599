// What a container has used, in the names and the shape that runc gave `events`: engines and exporters read it.
// A figure that the host does not count is absent, never 0. Reads: runc-events(8).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spec {

using Figure = std::optional<std::uint64_t>;

struct CpuStatistics {
  Figure total, user, kernel;  // nanoseconds
  std::vector<std::uint64_t> per_cpu, per_cpu_user, per_cpu_kernel;
  Figure periods, throttled_periods, throttled_time;
};

// Bytes, but the count of refusals.
struct MemoryFigures {
  Figure usage, max, limit, failures;
};

struct MemoryStatistics {
  Figure cache;
  MemoryFigures usage, swap, kernel, kernel_tcp;  // swap: memory and swap together
  std::map<std::string, std::uint64_t> raw;       // memory.stat
};

struct BlockIoEntry {
  std::uint64_t major = 0, minor = 0;
  std::string operation;  // "Read", "Write", "Sync" ...
  std::uint64_t value = 0;
};

struct HugePageStatistics {
  Figure usage, max, failures;
};

struct Statistics {
  CpuStatistics cpu;
  std::vector<unsigned> cpus, memory_nodes;
  MemoryStatistics memory;
  Figure pids, pids_limit;
  std::vector<BlockIoEntry> io_bytes, io_operations;
  std::map<std::string, HugePageStatistics> huge_pages;  // by size: "2MB"
};

// {"type":"stats","id":ID,"data":{...}} and {"type":"oom","id":ID}, one line each.
std::string statistics_event(const std::string& id, const Statistics& statistics);
std::string out_of_memory_event(const std::string& id);

}  // namespace spec
