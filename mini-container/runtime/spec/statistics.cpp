// See statistics.h.
#include "mini-container/runtime/spec/statistics.h"

#include <nlohmann/json.hpp>

namespace spec {

using json = nlohmann::ordered_json;

namespace {

void put(json& object, const char* name, const Figure& figure) {
  if (figure) object[name] = *figure;
}

template <class Value>
void put(json& object, const char* name, const std::vector<Value>& values) {
  if (!values.empty()) object[name] = values;
}

json cpu_object(const CpuStatistics& cpu) {
  json usage = json::object(), throttling = json::object();
  put(usage, "total", cpu.total);
  put(usage, "percpu", cpu.per_cpu);
  put(usage, "percpu_kernel", cpu.per_cpu_kernel);
  put(usage, "percpu_user", cpu.per_cpu_user);
  put(usage, "kernel", cpu.kernel);
  put(usage, "user", cpu.user);
  put(throttling, "periods", cpu.periods);
  put(throttling, "throttledPeriods", cpu.throttled_periods);
  put(throttling, "throttledTime", cpu.throttled_time);
  return {{"usage", usage}, {"throttling", throttling}};
}

json memory_figures(const MemoryFigures& figures) {
  json object = json::object();
  put(object, "limit", figures.limit);
  put(object, "usage", figures.usage);
  put(object, "max", figures.max);
  put(object, "failcnt", figures.failures);
  return object;
}

json memory_object(const MemoryStatistics& memory) {
  json object = json::object();
  put(object, "cache", memory.cache);
  object["usage"] = memory_figures(memory.usage);
  object["swap"] = memory_figures(memory.swap);
  object["kernel"] = memory_figures(memory.kernel);
  object["kernelTCP"] = memory_figures(memory.kernel_tcp);
  if (!memory.raw.empty()) object["raw"] = memory.raw;
  return object;
}

json entries(const std::vector<BlockIoEntry>& all) {
  json array = json::array();
  for (const BlockIoEntry& entry : all)
    array.push_back(
        {{"major", entry.major}, {"minor", entry.minor}, {"op", entry.operation}, {"value", entry.value}});
  return array;
}

json data_object(const Statistics& statistics) {
  json cpuset = json::object(), pids = json::object(), io = json::object(), huge = json::object();
  put(cpuset, "cpus", statistics.cpus);
  put(cpuset, "mems", statistics.memory_nodes);
  put(pids, "current", statistics.pids);
  put(pids, "limit", statistics.pids_limit);
  if (!statistics.io_bytes.empty()) io["ioServiceBytesRecursive"] = entries(statistics.io_bytes);
  if (!statistics.io_operations.empty()) io["ioServicedRecursive"] = entries(statistics.io_operations);
  for (const auto& [size, figures] : statistics.huge_pages) {
    json& page = huge[size] = json::object();
    put(page, "usage", figures.usage);
    put(page, "max", figures.max);
    put(page, "failcnt", figures.failures);
  }
  return {{"cpu", cpu_object(statistics.cpu)},
          {"cpuset", cpuset},
          {"memory", memory_object(statistics.memory)},
          {"pids", pids},
          {"blkio", io},
          {"hugetlb", huge},
          {"intel_rdt", json::object()},
          {"network_interfaces", nullptr}};
}

}  // namespace

std::string statistics_event(const std::string& id, const Statistics& statistics) {
  return json({{"type", "stats"}, {"id", id}, {"data", data_object(statistics)}}).dump() + "\n";
}

std::string out_of_memory_event(const std::string& id) {
  return json({{"type", "oom"}, {"id", id}}).dump() + "\n";
}

}  // namespace spec
