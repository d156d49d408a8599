// Table B of the course, virtual machines against Docker. The claims are the lecture's (DUF), in its words.
#include "bench/report/lines.h"
#include "bench/report/tables.h"

namespace report {

namespace {

using Is = Claim::Is;

constexpr double kMinute = 60e9;
constexpr double kSecond = 1e9;

}  // namespace

Table table_b(const Results& results) {
  Table table{
      "table-b",
      "Table B: virtual machine, Docker's kind of container",
      "DUF",
      {column_of(results, kVm, "VM (kvm)", "VM"), column_of(results, kContainer, "container", "Docker"),
       column_of(results, kEmulated, "emulated VM (tcg)", "emulation")},
      {}};
  const Lines lines(results, table.columns);
  // "Seconds" and "minutes" as bounds: a container starts within ten of the first, a VM takes one of the second.
  const Bounds start = {{}, {Is::below, 10 * kSecond}, {Is::above, kMinute}};
  table.rows = {
      {"isolation",
       {"at hardware level", "at OS level", ""},
       {lines.text_inside("kernel seen from inside", "kernel")}},
      {"start and creation",
       {"minutes", "seconds", ""},
       {lines.median("request to exit of a new instance", {"start", "paced", "to_exit"}, start)}},
      {"size", {"GB", "KB or MB", ""}, {lines.facts("image", image_size)}},
      {"resource use",
       {"more", "less", ""},
       {lines.median("memory of one idle instance (PSS)", {"memory", "", "pss"}),
        lines.overhead("fixed work on the CPU", {"cpu", "", "work"})}},
  };
  return table;
}

}  // namespace report
