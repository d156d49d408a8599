// Every platform the benchmark knows, in the order of the report.
#pragma once

#include <memory>
#include <vector>

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

std::vector<std::unique_ptr<Platform>> all_platforms(const Workspace& workspace);

}  // namespace bench
