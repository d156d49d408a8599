// See network.h.
#include "vm-launcher/domain/network.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/text/text.h"

namespace vm {

namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw std::runtime_error(
      fmt::format("-p {}: expected [ADDRESS:]HOSTPORT:GUESTPORT[/tcp|/udp], such as 8080:80", text));
}

std::uint16_t port_in(std::string_view digits, const std::string& text) {
  const auto port = text::number<std::uint16_t>(digits);
  if (!port || *port == 0) refuse(text);
  return *port;
}

// What ends up among the commas and colons of QEMU's option must not bring its own.
bool is_ipv4(std::string_view address) {
  const auto parts = text::split(address, '.');
  if (parts.size() != 4) return false;
  for (const std::string_view part : parts)
    if (!text::number<std::uint8_t>(part)) return false;
  return true;
}

}  // namespace

PortForward parse_port(const std::string& text) {
  PortForward port;
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    port.protocol = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (port.protocol != "tcp" && port.protocol != "udp") refuse(text);
  const auto parts = text::split(rest, ':');
  if (parts.size() < 2 || parts.size() > 3) refuse(text);
  if (parts.size() == 3) {
    port.host_address = parts[0];
    if (!is_ipv4(port.host_address)) refuse(text);
  }
  port.host = port_in(parts[parts.size() - 2], text);
  port.guest = port_in(parts.back(), text);
  return port;
}

std::string to_string(const PortForward& port) {
  return fmt::format("{}:{}->{}/{}", port.host_address.empty() ? "0.0.0.0" : port.host_address, port.host,
                     port.guest, port.protocol);
}

std::string netdev_option(const std::vector<PortForward>& ports) {
  std::string option = "user,id=net0";
  for (const PortForward& port : ports)
    option += fmt::format(",hostfwd={}:{}:{}-:{}", port.protocol, port.host_address, port.host, port.guest);
  return option;
}

}  // namespace vm
