// See free_port.h. Reads: proc(5) (/proc/net/tcp), ip-sysctl.rst (ip_local_port_range).
#include "mini-container/network/free_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/network/firewall.h"
#include "mini-container/network/subnet.h"

namespace network {

namespace {

struct Interval {
  unsigned first = 32768, last = 60999;
};

Interval ephemeral_ports() {
  const std::string text = sys::read_file_if_present("/proc/sys/net/ipv4/ip_local_port_range").value_or("");
  const auto words = text::words(text, " \t\n");
  Interval ports;
  if (words.size() != 2) return ports;
  ports.first = text::number<unsigned>(words[0]).value_or(ports.first);
  ports.last = text::number<unsigned>(words[1]).value_or(ports.last);
  return ports;
}

// A line of /proc/net/tcp or udp, or of one of their twins of IPv6.
struct Socket {
  std::uint32_t address = 0;  // as the kernel has it, in the network's order
  bool ipv4 = true, anywhere = false, listens = false;
  std::uint16_t port = 0;
};

template <class Number>
Number hexadecimal(std::string_view digits) {
  constexpr int kHexadecimal = 16;
  Number number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, kHexadecimal);
  return number;
}

std::vector<Socket> sockets_in(const std::string& proc_net) {
  constexpr std::size_t kDigitsOfIpv4 = 8;
  std::vector<Socket> sockets;
  std::istringstream lines(proc_net);
  std::string line;
  std::getline(lines, line);  // the heading
  while (std::getline(lines, line)) {
    const auto words = text::words(line, " ");
    const std::size_t colon = words.size() < 4 ? std::string_view::npos : words[1].rfind(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view address = words[1].substr(0, colon);
    // SPEC: proc(5): the state is 0A (TCP_LISTEN), or 07 (TCP_CLOSE) for datagrams, which have no connections.
    sockets.push_back({hexadecimal<std::uint32_t>(address), address.size() == kDigitsOfIpv4,
                       address.find_first_not_of('0') == std::string_view::npos,
                       words[3] == "0A" || words[3] == "07",
                       hexadecimal<std::uint16_t>(words[1].substr(colon + 1))});
  }
  return sockets;
}

void refuse_taken(const PortMapping& port) {
  for (const char* version : {"", "6"}) {
    const auto text = sys::read_file_if_present("/proc/net/" + port.protocol + version);
    if (!is_taken(text.value_or(""), port)) continue;
    throw std::runtime_error(
        fmt::format("listen {}4 {}: bind: address already in use. Next: ss -lntup shows by which program",
                    port.protocol, host_end(port)));
  }
}

using Key = std::pair<std::string, unsigned>;  // protocol, port

std::set<Key> ports_in_use(const std::string& table) {
  std::set<Key> used;
  for (const char* protocol : {"tcp", "udp"}) {
    for (const char* version : {"", "6"}) {
      const auto text = sys::read_file_if_present(std::string("/proc/net/") + protocol + version);
      for (const std::uint16_t port : ports_in(text.value_or("")))
        used.insert({protocol, port});
    }
  }
  for (const auto& [_, texts] : published(table)) {
    for (const std::string& text : texts) {
      // "tcp 8080", or "tcp 127.0.0.1 . 8080"
      const auto words = text::words(text, " ");
      used.insert({std::string(words.front()), text::number<unsigned>(words.back()).value_or(0)});
    }
  }
  return used;
}

}  // namespace

std::vector<std::uint16_t> ports_in(const std::string& proc_net) {
  std::vector<std::uint16_t> ports;
  for (const Socket& socket : sockets_in(proc_net))
    ports.push_back(socket.port);
  return ports;
}

bool is_taken(const std::string& proc_net, const PortMapping& port) {
  const auto sockets = sockets_in(proc_net);
  return std::any_of(sockets.begin(), sockets.end(), [&](const Socket& socket) {
    const bool meets = port.host_address.empty() || socket.anywhere ||
                       (socket.ipv4 && address_text(ntohl(socket.address)) == port.host_address);
    return socket.port == port.host_port && socket.listens && meets;
  });
}

void publish_free(const std::string& table, const std::string& container_id, const std::string& address,
                  std::vector<PortMapping>& ports) {
  bool random = false;
  for (const PortMapping& port : ports) {
    if (port.host_port != 0) refuse_taken(port);
    random = random || port.host_port == 0;
  }
  if (!random) return publish(table, container_id, address, ports);
  // Another command may take the same one at the same moment; publish() lets one of the two have it.
  constexpr int kAttempts = 8;
  for (int attempt = 1;; ++attempt) {
    std::set<Key> used = ports_in_use(table);
    std::vector<PortMapping> chosen = ports;
    const Interval interval = ephemeral_ports();
    unsigned next = interval.first;
    for (PortMapping& port : chosen) {
      if (port.host_port != 0) continue;
      while (next <= interval.last && used.contains({port.protocol, next}))
        ++next;
      if (next > interval.last) throw std::runtime_error("-p: every ephemeral port of this host is in use");
      port.host_port = static_cast<std::uint16_t>(next++);
    }
    try {
      publish(table, container_id, address, chosen);
      ports = chosen;
      return;
    } catch (const std::runtime_error&) {
      if (attempt == kAttempts) throw;
    }
  }
}

}  // namespace network
