// See addresses.h.
#include "mini-container/network/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "mini-container/network/subnet6.h"

namespace network {

namespace {

bool is_ipv6(const std::string& address) {
  return address.find(':') != std::string::npos;
}

// Without what --ip-range and --aux-address take away.
Range narrowed(Range range, const Definition& definition) {
  if (!definition.ip_range.empty()) range.part = parse_subnet(definition.ip_range);
  for (const auto& [_, address] : definition.reserved)
    if (!is_ipv6(address)) range.reserved.insert(parse_address(address));
  return range;
}

// The address that was asked for, in the form in which it is recorded.
std::string checked6(const Definition& definition, const std::string& asked) {
  const Address6 address = parse_address6(asked);
  if (!contains(parse_subnet6(definition.subnet6), address)) {
    throw std::runtime_error(fmt::format(
        "Invalid address {}: It does not belong to any of this network's subnets. Next: one of {}", asked,
        definition.subnet6));
  }
  return address_text(address);
}

bool is_kept6(const Definition& definition, const std::string& address) {
  return address == gateway6_of(definition) ||
         std::any_of(definition.reserved.begin(), definition.reserved.end(), [&](const auto& one) {
           return is_ipv6(one.second) && address_text(parse_address6(one.second)) == address;
         });
}

}  // namespace

Range range_of(const Definition& definition) {
  return {parse_subnet(definition.subnet), parse_address(definition.gateway)};
}

// WHY the next IPv4 address where an IPv6 one is not to be had: an automatic pair has one number, and somebody may have asked
// for the second half of it.
void take_addresses(const Leases& leases, const Definition& definition, const Range& whole,
                    const AddressWishes& wishes, Attachment& attachment) {
  const Range range = narrowed(whole, definition);
  const std::string& id = attachment.container_id;
  const std::string wanted6 = wishes.address6.empty() ? "" : checked6(definition, wishes.address6);
  std::uint32_t address = 0;
  // Kept until there is a pair, so that each is tried once.
  std::vector<std::string> refused;
  for (;;) {
    address = leases.take(range, id, wishes.address.empty() ? 0 : parse_address(wishes.address));
    attachment.address = address_text(address);
    if (!definition.ipv6) break;
    const Subnet6 subnet = parse_subnet6(definition.subnet6);
    attachment.address6 = wanted6.empty() ? nth_address(subnet, address - range.subnet.base) : wanted6;
    attachment.prefix6 = subnet.prefix;
    attachment.gateway6 = gateway6_of(definition);
    if (!is_kept6(definition, attachment.address6) && leases.try_take(attachment.address6, id)) break;
    if (!wishes.address.empty() || !wanted6.empty()) {
      throw std::runtime_error(
          fmt::format("Address already in use: {}. Next: mini-container network inspect shows who has which",
                      attachment.address6));
    }
    refused.push_back(attachment.address);
  }
  for (const std::string& one : refused)
    leases.release_address(one);
  attachment.prefix = range.subnet.prefix;
  attachment.gateway = address_text(range.gateway);
  attachment.mac = mac_of(address);
}

}  // namespace network
