// See ports.h.
#include "mini-container/network/ports.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/text/text.h"
#include "mini-container/network/subnet.h"

namespace network {

namespace {

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw std::invalid_argument(fmt::format(
      "port \"{}\": {}. The form is [ip:]hostport:containerport[/tcp|udp], for example 127.0.0.1:8080:80/tcp",
      text, why));
}

std::uint16_t port_number(const std::string& text, std::string_view digits, const char* which) {
  const auto number = text::number<std::uint16_t>(digits);
  if (!number || *number == 0) {
    reject(text, fmt::format("the {} port \"{}\" is not a number from 1 to 65535", which, digits));
  }
  return *number;
}

}  // namespace

PortMapping parse_port(const std::string& text) {
  PortMapping port;
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    port.protocol = rest.substr(slash + 1);
    if (port.protocol != "tcp" && port.protocol != "udp") reject(text, "the protocol is neither tcp nor udp");
    rest = rest.substr(0, slash);
  }
  const std::size_t last = rest.rfind(':');
  if (last == std::string_view::npos) reject(text, "the host port is missing");
  port.container_port = port_number(text, rest.substr(last + 1), "container");
  rest = rest.substr(0, last);
  if (const std::size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    // An empty address and 0.0.0.0 both mean every address of the host.
    const std::uint32_t address = colon == 0 ? 0 : parse_address(std::string(rest.substr(0, colon)));
    if (address != 0) port.host_address = address_text(address);
    rest = rest.substr(colon + 1);
  }
  port.host_port = port_number(text, rest, "host");
  return port;
}

std::string to_string(const PortMapping& port) {
  return fmt::format("{}{}{}:{}/{}", port.host_address, port.host_address.empty() ? "" : ":", port.host_port,
                     port.container_port, port.protocol);
}

std::string host_end(const PortMapping& port) {
  return fmt::format("{}:{}", port.host_address.empty() ? "0.0.0.0" : port.host_address, port.host_port);
}

}  // namespace network
