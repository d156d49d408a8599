// See ports.h.
#include "mini-container/network/ports.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/text/text.h"
#include "mini-container/network/subnet.h"

namespace network {

namespace {

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw std::invalid_argument(
      fmt::format("port \"{}\": {}. The form is [[ip:][hostport]:]containerport[/tcp|udp], for example "
                  "127.0.0.1:8080:80/tcp; a range is 8000-8009",
                  text, why));
}

struct Range {
  std::uint16_t first = 0, last = 0;
};

std::uint16_t port_number(const std::string& text, std::string_view digits, const char* which,
                          unsigned least) {
  const auto number = text::number<std::uint16_t>(digits);
  if (!number || *number < least) {
    reject(text, fmt::format("the {} port \"{}\" is not a number from {} to 65535", which, digits, least));
  }
  return *number;
}

Range port_range(const std::string& text, std::string_view digits, const char* which, unsigned least) {
  const std::size_t dash = digits.find('-', 1);
  Range range;
  range.first = port_number(text, digits.substr(0, dash), which, least);
  range.last =
      dash == std::string_view::npos ? range.first : port_number(text, digits.substr(dash + 1), which, least);
  if (range.last < range.first)
    reject(text, fmt::format("the {} range \"{}\" goes backwards", which, digits));
  return range;
}

}  // namespace

std::vector<PortMapping> parse_ports(const std::string& text) {
  PortMapping port;
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    port.protocol = rest.substr(slash + 1);
    if (port.protocol != "tcp" && port.protocol != "udp") reject(text, "the protocol is neither tcp nor udp");
    rest = rest.substr(0, slash);
  }
  const std::size_t last = rest.rfind(':');
  const Range inside =
      port_range(text, last == std::string_view::npos ? rest : rest.substr(last + 1), "container", 1);
  rest = last == std::string_view::npos ? "" : rest.substr(0, last);
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos) {
    if (rest.starts_with('['))
      reject(text, "the kernel translates no IPv6 address of the host to an IPv4 one of a container");
    // An empty address and 0.0.0.0 both mean every address of the host.
    const std::uint32_t address = colon == 0 ? 0 : parse_address(std::string(rest.substr(0, colon)));
    if (address != 0) port.host_address = address_text(address);
    rest = rest.substr(colon + 1);
  } else if (last == 0) {
    reject(text, "the host port is missing");
  }
  const Range outside = rest.empty() ? Range{} : port_range(text, rest, "host", 0);
  const bool one_each = outside.last - outside.first == inside.last - inside.first;
  if (!one_each && outside.last != 0) reject(text, "its ranges are not equally long");
  std::vector<PortMapping> ports;
  for (unsigned step = 0; step <= static_cast<unsigned>(inside.last - inside.first); ++step) {
    port.container_port = static_cast<std::uint16_t>(inside.first + step);
    port.host_port = outside.last == 0 ? 0 : static_cast<std::uint16_t>(outside.first + step);
    ports.push_back(port);
  }
  return ports;
}

PortMapping parse_port(const std::string& text) {
  const auto ports = parse_ports(text);
  if (ports.size() > 1) reject(text, "a range, where one port is meant");
  return ports.front();
}

std::string to_string(const PortMapping& port) {
  const std::string outside = port.host_port == 0 ? "" : std::to_string(port.host_port);
  const std::string address = port.host_address.empty() ? "" : port.host_address + ":";
  const bool colon = !outside.empty() || !address.empty();
  return fmt::format("{}{}{}{}/{}", address, outside, colon ? ":" : "", port.container_port, port.protocol);
}

std::string container_end(const PortMapping& port) {
  return fmt::format("{}/{}", port.container_port, port.protocol);
}

std::string host_end(const PortMapping& port) {
  return fmt::format("{}:{}", port.host_address.empty() ? "0.0.0.0" : port.host_address, port.host_port);
}

}  // namespace network
