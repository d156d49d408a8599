// IPv6 subnets and addresses. A container has the same number in its network's IPv6 subnet as in the IPv4 one, so one
// lease is both. Reads: inet_pton(3), RFC 4193.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace network {

using Address6 = std::array<std::uint8_t, 16>;

struct Subnet6 {
  Address6 base = {};
  unsigned prefix = 0;
};

// "fd00:1::/64", at most /96; throws std::invalid_argument.
Subnet6 parse_subnet6(const std::string& text);
// "fd00:1::9"; throws std::invalid_argument.
Address6 parse_address6(const std::string& text);
std::string address_text(const Address6& address);
bool contains(const Subnet6& subnet, const Address6& address);
// The n-th address of it, as text.
std::string nth_address(const Subnet6& subnet, std::uint32_t n);

}  // namespace network
