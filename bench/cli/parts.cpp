// See parts.h.
#include "bench/cli/parts.h"

#include "bench/workloads/inside.h"
#include "bench/workloads/sharing.h"

namespace bench {

namespace {

using Workloads = std::vector<std::unique_ptr<Workload>>;

template <class W, class... Rest>
void add(Workloads& workloads, Rest&&... rest) {
  workloads.push_back(std::make_unique<W>(std::forward<Rest>(rest)...));
}

Workloads starts() {
  Workloads all;
  add<Start>(all, Pace::back_to_back);
  add<Start>(all, Pace::paced);
  return all;
}

Workloads processor() {
  Workloads all;
  add<Cpu>(all);
  add<Inside>(all, "library", Arguments{"library"}, Arguments{"deflate", "crc32"});
  return all;
}

Workloads kernel() {
  Workloads all;
  add<Syscall>(all);
  add<Inside>(all, "switches", Arguments{"switches"}, Arguments{"per_switch"});
  add<Inside>(all, "faults", Arguments{"faults"}, Arguments{"per_page"});
  return all;
}

Workloads memory() {
  Workloads all;
  add<IdleMemory>(all);
  add<Inside>(all, "stream", Arguments{"stream"}, Arguments{"triad", "copy", "scale", "add"});
  add<Inside>(all, "chase", Arguments{"chase"}, Arguments{"16_kib", "256_kib", "4096_kib", "32768_kib"});
  return all;
}

Workloads disk() {
  Workloads all;
  add<Disk>(all);
  add<Inside>(all, "metadata", Arguments{"metadata"}, Arguments{"create", "stat", "unlink"},
              Inside::Writes::scratch);
  return all;
}

Workloads sharing() {
  Workloads all;
  add<Sharing>(all, Sharing::Tasks::alone);
  add<Sharing>(all, Sharing::Tasks::both);
  return all;
}

}  // namespace

std::vector<Part> parts_of_compare() {
  Workloads all = starts();
  add<Cpu>(all);
  add<Syscall>(all);
  add<Disk>(all);
  add<IdleMemory>(all);
  std::vector<Part> parts;
  parts.push_back({"tables", "what Tables A to C need", std::move(all)});
  return parts;
}

std::vector<Part> parts_of_suite() {
  std::vector<Part> parts;
  parts.push_back({"start", "starts, back to back and 150 ms apart", starts()});
  parts.push_back({"cpu", "integer, floating point, and a real library", processor()});
  parts.push_back({"kernel", "system calls, switches between processes, page faults", kernel()});
  parts.push_back({"memory", "an idle instance, bandwidth, latency", memory()});
  parts.push_back({"disk", "a file with fsync; creating, looking at and removing files", disk()});
  parts.push_back({"sharing", "1024 and 2048 shares of one CPU", sharing()});
  return parts;
}

std::vector<std::string> names_of(const std::vector<Part>& parts) {
  std::vector<std::string> names;
  names.reserve(parts.size());
  for (const Part& part : parts)
    names.push_back(part.name);
  return names;
}

}  // namespace bench
