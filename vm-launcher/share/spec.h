// What the user says of a folder of the host that the guest shall see: -v HOST:GUEST[:ro], as Docker's. Pure.
#pragma once

#include <string>
#include <vector>

namespace vm {

struct ShareSpec {
  std::string folder;       // of the host
  std::string mount_point;  // absolute
  bool read_only = false;
};
// Throws std::runtime_error that quotes the option and says what it wants. Any character may stand in HOST, ':' too.
ShareSpec parse_share(const std::string& text);

// Of one machine: few enough for the board's slots, each mount point once. std::runtime_error otherwise.
void check_together(const std::vector<ShareSpec>& shares);

}  // namespace vm
