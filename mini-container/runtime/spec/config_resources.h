// config.json as plain values: linux.resources, what the container's control groups shall limit.
// Reads: OCI runtime-spec config-linux.md (control groups).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spec {

struct DeviceRule {
  bool allow = false;
  std::string type;  // "a", "c", "b"; empty means "a"
  std::optional<std::int64_t> major, minor;
  std::string access;  // of "rwm"
};

struct CpuResources {
  std::optional<std::uint64_t> shares, period, realtime_period, burst;
  std::optional<std::int64_t> quota, realtime_runtime, idle;
  std::string cpus, mems;
};

struct MemoryResources {
  std::optional<std::int64_t> limit, reservation, swap;  // bytes; -1 for unlimited
  std::optional<std::uint64_t> swappiness;
  std::optional<bool> disable_oom_killer, use_hierarchy, check_before_update;
};

struct PidsResources {
  std::optional<std::int64_t> limit;  // -1 for unlimited
};

struct BlockDevice {
  std::int64_t major = 0;
  std::int64_t minor = 0;
};
struct BlockWeight {
  BlockDevice device;
  std::optional<std::uint64_t> weight, leaf_weight;
};
struct BlockThrottle {
  BlockDevice device;
  std::uint64_t rate = 0;  // bytes or operations a second; 0 for unlimited
};

struct BlockIo {
  std::optional<std::uint64_t> weight, leaf_weight;  // 10 to 1000; 0 is not set
  std::vector<BlockWeight> weight_device;
  std::vector<BlockThrottle> read_bps, write_bps, read_iops, write_iops;
};

struct HugepageLimit {
  std::string page_size;    // "2MB"
  std::uint64_t limit = 0;  // bytes
};

struct InterfacePriority {
  std::string name;
  std::uint32_t priority = 0;
};

struct NetworkResources {
  std::optional<std::uint32_t> class_id;
  std::vector<InterfacePriority> priorities;
};

struct RdmaLimit {
  std::optional<std::uint32_t> handles, objects;
};

struct Resources {
  std::vector<DeviceRule> devices;
  CpuResources cpu;
  MemoryResources memory;
  PidsResources pids;
  BlockIo block_io;
  std::vector<HugepageLimit> hugepages;
  NetworkResources network;
  std::map<std::string, RdmaLimit> rdma;       // by the name of the device
  std::map<std::string, std::string> unified;  // cgroup v2 file -> content
};

}  // namespace spec
