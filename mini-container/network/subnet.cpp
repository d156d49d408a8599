// See subnet.h. Reads: inet_pton(3), RFC 1918.
#include "mini-container/network/subnet.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/text/text.h"

namespace network {

namespace {

std::uint32_t mask_of(unsigned prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

constexpr std::uint32_t kPrivate172 = 172U << 24;
constexpr std::uint32_t kPrivate10 = 10U << 24;

}  // namespace

Subnet parse_subnet(const std::string& text) {
  const std::size_t slash = text.find('/');
  Subnet subnet;
  const auto prefix =
      text::number<unsigned>(slash == std::string::npos ? "" : std::string_view(text).substr(slash + 1));
  if (!prefix || *prefix > 32) {
    throw std::invalid_argument(fmt::format("subnet \"{}\": the form is 172.30.0.0/16", text));
  }
  subnet.prefix = *prefix;
  subnet.base = parse_address(text.substr(0, slash));
  if ((subnet.base & ~mask_of(subnet.prefix)) != 0) {
    throw std::invalid_argument(
        fmt::format("subnet \"{}\": bits after the first {} are set; did you mean {}/{}?", text,
                    subnet.prefix, address_text(subnet.base & mask_of(subnet.prefix)), subnet.prefix));
  }
  return subnet;
}

std::string to_string(const Subnet& subnet) {
  return fmt::format("{}/{}", address_text(subnet.base), subnet.prefix);
}

bool overlap(const Subnet& one, const Subnet& other) {
  const std::uint32_t common = mask_of(std::min(one.prefix, other.prefix));
  return (one.base & common) == (other.base & common);
}

bool contains(const Subnet& subnet, std::uint32_t address) {
  return (address & mask_of(subnet.prefix)) == subnet.base;
}

std::optional<Subnet> first_free(const std::vector<Subnet>& used) {
  std::vector<Subnet> candidates;
  for (const std::uint32_t second : {30U, 31U})
    candidates.push_back({kPrivate172 | second << 16, 16});
  for (std::uint32_t second = 16; second < 30; ++second)
    candidates.push_back({kPrivate172 | second << 16, 16});
  for (std::uint32_t second = 0; second < 256; ++second)
    candidates.push_back({kPrivate10 | second << 16, 16});
  for (const Subnet& candidate : candidates) {
    const auto taken = [&](const Subnet& other) { return overlap(candidate, other); };
    if (std::none_of(used.begin(), used.end(), taken)) return candidate;
  }
  return std::nullopt;
}

std::string address_text(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
}

std::uint32_t parse_address(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) {
    throw std::invalid_argument(fmt::format("\"{}\" is not an IPv4 address such as 172.30.0.2", text));
  }
  return ntohl(address.s_addr);
}

std::uint32_t gateway_of(const Subnet& subnet) {
  return subnet.base + 1;
}

std::string mac_of(std::uint32_t address) {
  return fmt::format("02:42:{:02x}:{:02x}:{:02x}:{:02x}", address >> 24, address >> 16 & 0xff,
                     address >> 8 & 0xff, address & 0xff);
}

}  // namespace network
