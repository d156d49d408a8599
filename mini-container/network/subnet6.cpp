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

std::string nth_address(const Subnet6& subnet, std::uint32_t n) {
  std::array<std::uint8_t, 16> address = subnet.base;
  for (unsigned byte = 0; byte < 4; ++byte)
    address.at(15 - byte) = static_cast<std::uint8_t>(n >> 8 * byte);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

}  // namespace network
