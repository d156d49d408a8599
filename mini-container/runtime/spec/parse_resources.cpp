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
  // The kernel removed both files (5.16 and 6.12); engines still send zeros.
  node.refuse("kernel", "the kernel no longer limits kernel memory by itself");
  node.refuse("kernelTCP", "the kernel no longer limits TCP memory by itself");
}

void read(const Node& node, PidsResources& pids) {
  node.get("limit", pids.limit);
}

void read(const Node& node, Resources& resources) {
  node.get("devices", resources.devices);
  node.get("cpu", resources.cpu);
  node.get("memory", resources.memory);
  node.get("pids", resources.pids);
  node.get("unified", resources.unified);
  node.refuse("blockIO", "block I/O limits are not supported yet");
  node.refuse("hugepageLimits", "huge page limits are not supported yet");
  node.refuse("network", "network classes and priorities are not supported");
  node.refuse("rdma", "RDMA limits are not supported");
}

}  // namespace spec
