// Which container has which address: one symbolic link an address, named by it, pointing at the container's id.
//
// Making the link is taking the address, because the kernel lets exactly one symlink(2) of a name win: a hundred
// containers that start at once need no lock. WHY: not a file with the id in it; that takes two calls, and whoever is
// killed between them leaves an address that is taken by nobody. Reads: symlink(2).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "mini-container/network/subnet.h"

namespace network {

// The addresses that containers of a network can have: all but the first, the gateway, and the last.
struct Range {
  Subnet subnet;
  std::uint32_t gateway = 0;
  std::optional<Subnet> part = {};        // --ip-range: where the next free one is looked for
  std::set<std::uint32_t> reserved = {};  // --aux-address

  bool is_usable(std::uint32_t address) const;
};

class Leases {
 public:
  explicit Leases(std::string directory) : directory_(std::move(directory)) {}

  // Takes `wanted` (0: the next free address after the one given out last; WHY: an address that has just been given
  // back may still lead to the link of a namespace that is being taken down). Throws std::runtime_error when it is taken,
  // outside the subnet, or when none is left.
  std::uint32_t take(const Range& range, const std::string& container_id, std::uint32_t wanted = 0) const;
  // The same of an IPv6 address, as text; false when it is taken.
  bool try_take(const std::string& address, const std::string& container_id) const;
  // Gives back all that the container has. False if it had none.
  bool release(const std::string& container_id) const;
  // The quick form when the address is known.
  void release_address(const std::string& address) const;
  // Address -> container id.
  std::map<std::string, std::string> all() const;

 private:
  std::uint32_t take_next(const Range& range, const std::string& container_id) const;
  std::string path_of(const std::string& address) const { return directory_ + "/" + address; }
  std::string directory_;  // beside it, DIRECTORY.last holds the address given out last: a hint
};

}  // namespace network
