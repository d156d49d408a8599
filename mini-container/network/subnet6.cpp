// See subnet6.h.
#include "mini-container/network/subnet6.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <stdexcept>

#include "base/text/text.h"

namespace network {

namespace {
constexpr unsigned kLongestPrefix = 96;  // 32 bits for containers, as many as IPv4 could number
}

Subnet6 parse_subnet6(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto prefix =
      text::number<unsigned>(slash == std::string::npos ? "" : std::string_view(text).substr(slash + 1));
  Subnet6 subnet;
  const bool address = ::inet_pton(AF_INET6, text.substr(0, slash).c_str(), subnet.base.data()) == 1;
  bool clear = true;
  for (unsigned bit = prefix.value_or(0); bit < 128; ++bit)
    clear = clear && (subnet.base.at(bit / 8) >> (7 - bit % 8) & 1) == 0;
  if (!address || !prefix || *prefix > kLongestPrefix || *prefix == 0 || !clear) {
    throw std::invalid_argument(
        fmt::format("subnet \"{}\": the form is fd00:1::/64, at most /{}, with no bit set after the prefix",
                    text, kLongestPrefix));
  }
  subnet.prefix = *prefix;
  return subnet;
}

Address6 parse_address6(const std::string& text) {
  Address6 address = {};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1)
    throw std::invalid_argument(fmt::format("\"{}\" is not an IPv6 address such as fd00:1::9", text));
  return address;
}

std::string address_text(const Address6& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

bool contains(const Subnet6& subnet, const Address6& address) {
  for (unsigned bit = 0; bit < subnet.prefix; ++bit) {
    const unsigned differing = subnet.base.at(bit / 8) ^ address.at(bit / 8);
    if ((differing >> (7 - bit % 8) & 1U) != 0) return false;
  }
  return true;
}

std::string nth_address(const Subnet6& subnet, std::uint32_t n) {
  Address6 address = subnet.base;
  for (unsigned byte = 0; byte < 4; ++byte)
    address.at(15 - byte) = static_cast<std::uint8_t>(n >> 8 * byte);
  return address_text(address);
}

}  // namespace network
