// A published port, as -p names it: [ip:]hostport:containerport[/tcp|udp].
#pragma once

#include <cstdint>
#include <string>

namespace network {

struct PortMapping {
  std::string host_address;  // IPv4; empty for every address of the host
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  // or "udp"
};

// Throws std::invalid_argument that says which part is wrong and shows the form.
PortMapping parse_port(const std::string& text);

// "127.0.0.1:8080:80/tcp"; parse_port reads it back.
std::string to_string(const PortMapping& port);
// "0.0.0.0:8080": where on the host it is reached.
std::string host_end(const PortMapping& port);

}  // namespace network
