// `bench boots`: a virtual machine to READY: QEMU alone, vm-launcher booting the same machine, and vm-launcher going on
// from a snapshot.
#pragma once

#include <string>

namespace bench {

struct BootsOptions {
  int repetitions = 30;
  std::string profile = "tiny";
  std::string accelerator = "tcg";
  std::string out = "results/boots/latest";
  std::uint64_t seed = 1;
  std::string command;
};

// Interleaved; writes results.json and README.md. Returns the program's exit status.
int compare_boots(const BootsOptions& options);

}  // namespace bench
