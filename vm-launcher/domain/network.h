// The network that QEMU itself plays for one guest (libslirp): addresses, a gateway that lets the guest out as an
// ordinary process of the host, a name server, and ports of the host that lead in. It needs no privilege and leaves
// nothing behind. A tap, which does, is made elsewhere (state/bridge_port.h). Pure. Reads: qemu(1) -netdev user, docker-run(1) --publish.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vm {

// "8080:80", "127.0.0.1:8080:80", "53:53/udp".
struct PortForward {
  std::string host_address;  // empty: all
  std::uint16_t host = 0;
  std::uint16_t guest = 0;
  std::string protocol = "tcp";
};
// std::runtime_error that quotes the option and says what it wants.
PortForward parse_port(const std::string& text);
// As Docker shows it: "0.0.0.0:8080->80/tcp".
std::string to_string(const PortForward& port);

// What QEMU gives a guest of its user network.
inline constexpr char kGuestAddress[] = "10.0.2.15";
inline constexpr unsigned kGuestPrefix = 24;
inline constexpr char kGateway[] = "10.0.2.2";
inline constexpr char kNameServer[] = "10.0.2.3";

// Instead of that, a port on a bridge of the host: a tap that stands there already.
struct Tap {
  std::string link;
  std::string mac;  // of the guest's card
  unsigned mtu = 1500;
};

// The value of QEMU's -netdev.
std::string netdev_option(const std::vector<PortForward>& ports);

}  // namespace vm
