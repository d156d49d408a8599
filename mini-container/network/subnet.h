// IPv4 subnets and addresses as values: which are free, which overlap, what the n-th is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace network {

struct Subnet {
  std::uint32_t base = 0;  // host byte order
  unsigned prefix = 0;
  friend bool operator==(const Subnet&, const Subnet&) = default;
};

// "172.30.0.0/16"; throws std::invalid_argument, also when host bits are set.
Subnet parse_subnet(const std::string& text);
std::string to_string(const Subnet& subnet);

bool overlap(const Subnet& one, const Subnet& other);
bool contains(const Subnet& subnet, std::uint32_t address);
// The first of 172.30/16, 172.31/16, 172.16/16 ... 172.29/16, then 10.N/16 that overlaps no `used`; nullopt when none is.
std::optional<Subnet> first_free(const std::vector<Subnet>& used);

std::string address_text(std::uint32_t address);
// Throws std::invalid_argument.
std::uint32_t parse_address(const std::string& text);

// .1 of the subnet: the bridge's own address, the containers' gateway.
std::uint32_t gateway_of(const Subnet& subnet);

// "02:42:ac:1e:00:02": made from the address, so that a neighbour's ARP entry stays true when the address
// passes on to another container.
std::string mac_of(std::uint32_t address);

}  // namespace network
