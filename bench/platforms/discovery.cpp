// See discovery.h.
#include "bench/platforms/discovery.h"

#include "bench/platforms/direct.h"
#include "bench/platforms/engines.h"
#include "bench/platforms/grouped.h"
#include "bench/platforms/oci_runtime.h"
#include "bench/platforms/vm.h"

namespace bench {

std::vector<std::unique_ptr<Platform>> all_platforms(const Workspace& workspace) {
  std::vector<std::unique_ptr<Platform>> platforms;
  platforms.push_back(std::make_unique<Process>(workspace));
  platforms.push_back(std::make_unique<GroupedProcess>(workspace));
  platforms.push_back(std::make_unique<MiniContainer>(workspace));
  platforms.push_back(std::make_unique<MiniRuntime>(workspace));
  platforms.push_back(std::make_unique<Crun>(workspace));
  platforms.push_back(std::make_unique<Runc>(workspace));
  platforms.push_back(std::make_unique<Bubblewrap>(workspace));
  platforms.push_back(std::make_unique<Docker>(workspace));
  platforms.push_back(std::make_unique<Podman>(workspace));
  for (const char* accelerator : {"kvm", "tcg"})
    for (const char* start : {"cold", "warm"})
      platforms.push_back(std::make_unique<Vm>(workspace, accelerator, start));
  return platforms;
}

}  // namespace bench
