// What this host can do for containers. Each thing is tried, not looked up: a kernel option may be on and the
// call still refused, by a sysctl, a seccomp filter or the hypervisor.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/paths.h"

namespace engine {

struct Check {
  std::string name;  // "namespace net"
  bool works = false;
  std::string detail;       // what was seen, or why it failed
  std::string consequence;  // when it does not work: what will not
  std::string remedy;       //   and what to do about it
};

std::vector<Check> examine_host(const Paths& paths);

// One line a check; consequence and remedy below those that fail.
std::string to_text(const std::vector<Check>& checks);
// A JSON list of objects with the members of Check.
std::string to_json(const std::vector<Check>& checks);

}  // namespace engine
