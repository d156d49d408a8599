// See validate.h: linux.resources. What depends on the host's controllers is said by the plan of cgroup.
// Reads: OCI runtime-spec config-linux.md (control groups).
#include <algorithm>
#include <cctype>

#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace {

void check_device(const BlockDevice& device, const std::string& member, Problems& problems) {
  if (device.major < 0 || device.minor < 0)
    problems.add(member + ".major", "device numbers must not be negative");
}

void check_weight(const std::optional<std::uint64_t>& weight, const std::string& member, Problems& problems) {
  const std::uint64_t value = weight.value_or(0);
  if (value != 0 && (value < 10 || value > 1000)) problems.add(member, "must be from 10 to 1000");
}

void check_block_io(const BlockIo& io, const std::string& member, Problems& problems) {
  check_weight(io.weight, member + ".weight", problems);
  check_weight(io.leaf_weight, member + ".leafWeight", problems);
  for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
    const BlockWeight& one = io.weight_device[i];
    const std::string here = element(member + ".weightDevice", i);
    check_device(one.device, here, problems);
    check_weight(one.weight, here + ".weight", problems);
    check_weight(one.leaf_weight, here + ".leafWeight", problems);
    if (!one.weight && !one.leaf_weight) problems.add(here, "has neither weight nor leafWeight");
  }
  const auto check_throttles = [&](const std::vector<BlockThrottle>& throttles, const char* name) {
    for (std::size_t i = 0; i < throttles.size(); ++i)
      check_device(throttles[i].device, element(member + "." + name, i), problems);
  };
  check_throttles(io.read_bps, "throttleReadBpsDevice");
  check_throttles(io.write_bps, "throttleWriteBpsDevice");
  check_throttles(io.read_iops, "throttleReadIOPSDevice");
  check_throttles(io.write_iops, "throttleWriteIOPSDevice");
}

// SPEC: "<size><unit-prefix>B", as in /sys/kernel/mm/hugepages: 64KB, 2MB, 1GB.
bool is_page_size(const std::string& size) {
  const std::size_t digits = size.find_first_not_of("0123456789");
  return digits != std::string::npos && digits > 0 && size.front() != '0' && size.size() == digits + 2 &&
         std::string_view("KMGTPE").find(size[digits]) != std::string_view::npos && size.back() == 'B';
}

// One word: it becomes part of a line that a cgroup file reads as several.
bool is_word(const std::string& name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](unsigned char character) {
    return std::isspace(character) != 0 || std::iscntrl(character) != 0;
  });
}

void check_network(const NetworkResources& network, const std::string& member, Problems& problems) {
  for (std::size_t i = 0; i < network.priorities.size(); ++i) {
    if (!is_word(network.priorities[i].name))
      problems.add(element(member + ".priorities", i) + ".name", "is not the name of a network interface");
  }
}

void check_rdma(const std::map<std::string, RdmaLimit>& limits, const std::string& member,
                Problems& problems) {
  const std::string devices = member + ".";
  for (const auto& [name, limit] : limits) {
    if (!is_word(name)) problems.add(member, "\"" + name + "\" is not the name of a device");
    // SPEC: "at least one of hcaHandles or hcaObjects MUST be specified".
    if (!limit.handles && !limit.objects)
      problems.add(devices + name, "has neither hcaHandles nor hcaObjects");
  }
}

void check_cpu(const CpuResources& cpu, const std::string& member, Problems& problems) {
  if (cpu.idle && *cpu.idle != 0 && *cpu.idle != 1) problems.add(member + ".idle", "must be 0 or 1");
  for (const auto& [list, name] : {std::pair(&cpu.cpus, ".cpus"), std::pair(&cpu.mems, ".mems")}) {
    if (!list->empty() && !parse_cpu_list(*list))
      problems.add(member + name, "\"" + *list + "\" is not a list of numbers", "Write it like 0-3,7");
  }
}

}  // namespace

void check_resources(const Resources& resources, const std::string& member, Problems& problems) {
  check_cpu(resources.cpu, member + ".cpu", problems);
  if (resources.memory.swappiness.value_or(0) > 100)
    problems.add(member + ".memory.swappiness", "must be from 0 to 100");
  check_block_io(resources.block_io, member + ".blockIO", problems);
  for (std::size_t i = 0; i < resources.hugepages.size(); ++i) {
    const std::string here = element(member + ".hugepageLimits", i) + ".pageSize";
    if (!is_page_size(resources.hugepages[i].page_size))
      problems.add(here, "\"" + resources.hugepages[i].page_size + "\" is not a size", "Write it like 2MB");
  }
  check_network(resources.network, member + ".network", problems);
  check_rdma(resources.rdma, member + ".rdma", problems);
}

}  // namespace spec
