// What others have measured, beside this host: the figure, of what, on what. Ratios and orders of magnitude may be
// compared; the machines are not the same.
//
// Only figures that stand in the works themselves:
// Felter, Ferreira, Rajamony, Rubio: An Updated Performance Comparison of Virtual Machines and Linux Containers, ISPASS 2015.
// Manco et al.: My VM is Lighter (and Safer) than your Container, SOSP 2017.
// Young et al.: The True Cost of Containing: A gVisor Case Study, HotCloud 2019.
// Agache et al.: Firecracker: Lightweight Virtualization for Serverless Applications, NSDI 2020.
// Anjali, Caraza-Harter, Swift: Blending Containers and Virtual Machines, VEE 2020.
#include "bench/report/lines.h"
#include "bench/report/tables.h"

namespace report {

namespace {

struct Reported {
  const char* work;
  const char* figure;
  const char* of;        // what, on what
  const char* ours;      // what stands beside it
  const char* platform;  // whose figure that is; kVm gives way to emulation
  Quantity quantity;
  bool overhead = false;
};

const Reported kReported[] = {
    {"Felter et al. 2015",
     "equal or better in almost all cases",
     "Docker against KVM, both against Linux 3.11 on two Xeon E5-2665: Linpack, STREAM, fio, network, redis, "
     "MySQL",
     "CPU work in a container, over the process",
     kContainer,
     {"cpu", "", "work"},
     true},
    {"Manco et al. 2017",
     "2.3 ms",
     "boot of a unikernel under LightVM, a rewritten Xen toolstack; fork and exec: 1 ms",
     "start and end of a process",
     kProcess,
     {"start", "paced", "to_exit"}},
    {"Young et al. 2019",
     "file opens 216 times slower, system calls 2.2 times",
     "gVisor against runc: files go through a process of their own",
     "one system call in a container, over the process",
     kContainer,
     {"syscall", "", "per_call"},
     true},
    {"Agache et al. 2020",
     "less than 125 ms",
     "Firecracker under KVM, from the request to application code",
     "start of a VM, to its first byte",
     kVm,
     {"start", "paced", "to_first_byte"}},
    {"Agache et al. 2020",
     "less than 5 MB",
     "what one microVM's monitor holds besides the guest's memory",
     "all of one idle VM's process, the guest's memory too",
     kVm,
     {"memory", "", "pss"}},
    {"Anjali et al. 2020",
     "substantially more kernel code than native Linux",
     "lines of the host's kernel that Firecracker and gVisor run, by code coverage: isolation moves work, it "
     "does not remove it",
     "one system call in a VM, over the process",
     kVm,
     {"syscall", "", "per_call"},
     true},
};

Cell our_answer(const Results& results, const Reported& one) {
  std::string platform = one.platform;
  const bool no_kvm =
      results.find(kVm, one.quantity.workload, one.quantity.mode, one.quantity.metric) == nullptr;
  if (platform == kVm && no_kvm) platform = kEmulated;
  Cell cell = one.overhead ? overhead_over_process(results, platform, one.quantity)
                           : measured(results, platform, one.quantity);
  if (platform == kEmulated && cell.kind == Kind::measured)
    cell.detail += std::string("; ") + kEmulationLabel;
  return cell;
}

}  // namespace

Table table_literature(const Results& results) {
  Table table{"literature",
              "Beside the literature",
              "the works named; the machines are not the same",
              {{"", "reported", {}, {}}, {"", "this host", {}, {}}},
              {}};
  for (const Reported& one : kReported)
    table.rows.push_back(
        {one.work, {one.figure, ""}, {{one.ours, {evidence(one.figure, one.of), our_answer(results, one)}}}});
  return table;
}

}  // namespace report
