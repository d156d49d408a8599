// A published port, as -p names it: [[ip:][hostport]:]containerport[/tcp|udp], or ranges of as many ports on both sides.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace network {

struct PortMapping {
  std::string host_address;     // IPv4; empty for every address of the host
  std::uint16_t host_port = 0;  // 0 for one that is free
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  // or "udp"
};

// One for each port of a range. Throws std::invalid_argument that says which part is wrong and shows the form.
std::vector<PortMapping> parse_ports(const std::string& text);
// The same for a text that is about one port.
PortMapping parse_port(const std::string& text);

// "127.0.0.1:8080:80/tcp"; parse_port reads it back.
std::string to_string(const PortMapping& port);
// "80/tcp": what a container has, published or not.
std::string container_end(const PortMapping& port);
// "0.0.0.0:8080": where on the host it is reached.
std::string host_end(const PortMapping& port);

}  // namespace network
