// IPv6 subnets and addresses. A container has the same number in its network's IPv6 subnet as in the IPv4 one, so one
// lease is both. Reads: inet_pton(3), RFC 4193.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace network {

struct Subnet6 {
  std::array<std::uint8_t, 16> base = {};
  unsigned prefix = 0;
};

// "fd00:1::/64", at most /96; throws std::invalid_argument.
Subnet6 parse_subnet6(const std::string& text);
// The n-th address of it, as text.
std::string nth_address(const Subnet6& subnet, std::uint32_t n);

}  // namespace network
