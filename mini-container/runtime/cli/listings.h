// Tables and documents that verbs print. Internal to cli.
#pragma once

#include <string>

#include "mini-container/runtime/cli/options.h"

namespace cli {

std::string state_text(const Options& options);
std::string list_text(const Options& options);
std::string processes_text(const Options& options);

}  // namespace cli
