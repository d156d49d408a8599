// The verbs beside run. Each returns the exit code of the program.
#pragma once

#include <string>

#include "vm-launcher/launch/run.h"

namespace vm {

int list(bool json);
int stop(const std::string& name, int grace_s);
int console(const std::string& name);
int doctor(bool json, bool refresh);

struct BootRequest {
  RunRequest of;
  std::vector<std::string> without;
  std::vector<std::string> with;
  std::vector<std::string> processors;
  int repetitions = 0;
  bool command = false;  // print QEMU's command line instead
};
int boot(const BootRequest& request, bool json, Timeline& timeline);
int prune();

}  // namespace vm
