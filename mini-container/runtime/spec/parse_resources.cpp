// See parse.h: linux.resources. Reads: OCI runtime-spec config-linux.md (control groups).
#include "mini-container/runtime/spec/readers.h"

namespace spec {

void read(const Node& node, DeviceRule& rule) {
  node.require("allow", rule.allow);
  node.get("type", rule.type);
  node.get("major", rule.major);
  node.get("minor", rule.minor);
  node.get("access", rule.access);
}

void read(const Node& node, CpuResources& cpu) {
  node.get("shares", cpu.shares);
  node.get("period", cpu.period);
  node.get("quota", cpu.quota);
  node.get("burst", cpu.burst);
  node.get("realtimeRuntime", cpu.realtime_runtime);
  node.get("realtimePeriod", cpu.realtime_period);
  node.get("idle", cpu.idle);
  node.get("cpus", cpu.cpus);
  node.get("mems", cpu.mems);
}

void read(const Node& node, MemoryResources& memory) {
  node.get("limit", memory.limit);
  node.get("reservation", memory.reservation);
  node.get("swap", memory.swap);
  node.get("swappiness", memory.swappiness);
  node.get("disableOOMKiller", memory.disable_oom_killer);
  node.get("useHierarchy", memory.use_hierarchy);
  node.get("checkBeforeUpdate", memory.check_before_update);
  // SPEC: `kernel` and `kernelTCP` are "NOT RECOMMENDED"; the kernel removed both files (5.16, 6.12), so that runtimes
  // ignore them.
}

void read(const Node& node, PidsResources& pids) {
  node.get("limit", pids.limit);
}

void read(const Node& node, BlockDevice& device) {
  node.require("major", device.major);
  node.require("minor", device.minor);
}

void read(const Node& node, BlockWeight& weight) {
  read(node, weight.device);
  node.get("weight", weight.weight);
  node.get("leafWeight", weight.leaf_weight);
}

void read(const Node& node, BlockThrottle& throttle) {
  read(node, throttle.device);
  node.require("rate", throttle.rate);
}

void read(const Node& node, BlockIo& io) {
  node.get("weight", io.weight);
  node.get("leafWeight", io.leaf_weight);
  node.get("weightDevice", io.weight_device);
  node.get("throttleReadBpsDevice", io.read_bps);
  node.get("throttleWriteBpsDevice", io.write_bps);
  node.get("throttleReadIOPSDevice", io.read_iops);
  node.get("throttleWriteIOPSDevice", io.write_iops);
}

void read(const Node& node, HugepageLimit& limit) {
  node.require("pageSize", limit.page_size);
  node.require("limit", limit.limit);
}

void read(const Node& node, InterfacePriority& priority) {
  node.require("name", priority.name);
  node.require("priority", priority.priority);
}

void read(const Node& node, NetworkResources& network) {
  node.get("classID", network.class_id);
  node.get("priorities", network.priorities);
}

void read(const Node& node, RdmaLimit& limit) {
  node.get("hcaHandles", limit.handles);
  node.get("hcaObjects", limit.objects);
}

void read(const Node& node, Resources& resources) {
  node.get("devices", resources.devices);
  node.get("cpu", resources.cpu);
  node.get("memory", resources.memory);
  node.get("pids", resources.pids);
  node.get("unified", resources.unified);
  node.get("blockIO", resources.block_io);
  node.get("hugepageLimits", resources.hugepages);
  node.get("network", resources.network);
  node.get("rdma", resources.rdma);
}

}  // namespace spec
