// The verbs beside run. Each returns the exit code of the program.
#pragma once

#include <string>

#include "vm-launcher/launch/run.h"

namespace vm {

int list(bool json);
int stop(const std::string& name, int grace_s);
int console(const std::string& name);
int doctor(bool json, bool refresh);

}  // namespace vm
