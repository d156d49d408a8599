// A host and containers played by network namespaces, for tests of what the kernel makes of networks.
#pragma once

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "mini-container/network/firewall.h"
#include "mini-container/network/netlink.h"
#include "mini-container/network/network.h"
#include "tests/support/temporary_folder.h"

namespace played {

inline const std::string kFirst(64, 'a');
inline const std::string kSecond(64, 'b');

// A network namespace that lives as long as this.
class Netns {
 public:
  Netns() {
    const sys::UniqueFd home = sys::open("/proc/self/ns/net", O_RDONLY);
    sys::unshare(CLONE_NEWNET);
    fd_ = sys::open("/proc/self/ns/net", O_RDONLY);
    sys::setns(home.get(), CLONE_NEWNET);
  }
  int get() const { return fd_.get(); }
  // As programs that are called see it, too.
  std::string path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
  }

  template <class Action>
  auto inside(Action action) const {
    const sys::UniqueFd home = sys::open("/proc/self/ns/net", O_RDONLY);
    sys::setns(fd_.get(), CLONE_NEWNET);
    auto result = action();
    sys::setns(home.get(), CLONE_NEWNET);
    return result;
  }

 private:
  sys::UniqueFd fd_;
};

inline sockaddr_in at(const std::string& address, int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  return name;
}

inline sys::UniqueFd listener(int port) {
  sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = at("0.0.0.0", port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return {};
  ::listen(socket.get(), 8);
  return socket;
}

// True if a TCP connection is made within a second.
inline bool connects(const std::string& address, int port) {
  const sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in name = at(address, port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd waiting{socket.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, 1000) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

class BridgeNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "network namespaces and links need root";
    home_ = sys::open("/proc/self/ns/net", O_RDONLY);
    sys::unshare(CLONE_NEWNET);  // this is "the host" of the test
    network::Netlink host;
    host.set_up(host.get_link("lo"));
    try {
      network::create_table("probe");
      network::delete_table("probe");
    } catch (const sys::Error& error) {
      GTEST_SKIP() << "no nftables here: " << error.what();
    }
  }
  void TearDown() override {
    if (home_) sys::setns(home_.get(), CLONE_NEWNET);
  }
  std::string root() const { return directory_ + "/network"; }
  network::Network net() const { return network::Network(root()); }
  network::Network net(const network::Definition& definition) const { return {root(), definition}; }
  std::string table() const { return network::names_of(root()).table; }

  const support::TemporaryFolder folder_{"network"};
  const std::string& directory_ = folder_.path();
  sys::UniqueFd home_;
};

// A machine on a wire to the host, which is 192.168.9.1; the machine is 192.168.9.2.
inline void lay_wire(const Netns& machine) {
  network::Netlink host;
  host.add_veth({.host = "wire", .inner = "wire", .netns = machine.get(), .mac = "02:00:00:00:00:09"});
  host.add_address(host.get_link("wire"), network::parse_address("192.168.9.1"), 24);
  host.set_up(host.get_link("wire"));
  network::Netlink outside = network::Netlink::in_namespace(machine.get());
  outside.add_address(outside.get_link("wire"), network::parse_address("192.168.9.2"), 24);
  outside.set_up(outside.get_link("wire"));
  outside.wait_until_running("wire");
  host.wait_until_running("wire");
}

}  // namespace played
