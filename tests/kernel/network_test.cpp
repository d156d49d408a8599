// The bridge network in a network namespace of its own: links, addresses, connections, published ports, and
// nothing left afterwards.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "mini-container/network/bridge.h"
#include "mini-container/network/network.h"
#include "mini-container/network/nft.h"
#include "tests/support/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kFirst(64, 'a');
const std::string kSecond(64, 'b');

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

sockaddr_in at(const std::string& address, int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  return name;
}

sys::UniqueFd listener(int port) {
  sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = at("0.0.0.0", port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return {};
  ::listen(socket.get(), 8);
  return socket;
}

// True if a TCP connection is made within a second.
bool connects(const std::string& address, int port) {
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
      network::create_table(
          {.table = "probe", .bridge = "probe0", .subnet = network::parse_subnet("10.0.0.0/8")});
      network::delete_table("probe");
    } catch (const sys::Error& error) {
      GTEST_SKIP() << "no nftables here: " << error.what();
    }
  }
  void TearDown() override {
    if (home_) sys::setns(home_.get(), CLONE_NEWNET);
  }
  network::Network net() const { return network::Network(directory_ + "/network"); }
  std::string table() const { return network::bridge_names(directory_ + "/network").table; }

  const support::TemporaryFolder folder_{"network"};
  const std::string& directory_ = folder_.path();
  sys::UniqueFd home_;
};

TEST_F(BridgeNetwork, TwoContainersReachEachOtherAndTheirGateway) {
  const Netns one;
  const Netns two;
  const auto first = net().attach(kFirst, one.get());
  const auto second = net().attach(kSecond, two.get());
  EXPECT_EQ(first.address, "172.30.0.2");
  EXPECT_EQ(first.mac, "02:42:ac:1e:00:02");
  EXPECT_EQ(second.address, "172.30.0.3");
  EXPECT_EQ(first.host_link, "mcaaaaaaaa");
  const sys::UniqueFd server = two.inside([] { return listener(80); });
  EXPECT_TRUE(one.inside([&] { return connects(second.address, 80); }));
  const sys::UniqueFd on_host = listener(8000);
  EXPECT_TRUE(one.inside([&] { return connects(first.gateway, 8000); }));
  EXPECT_TRUE(connects(second.address, 80)) << "the host itself reaches its containers";
}

TEST_F(BridgeNetwork, APublishedPortAnswersOnLoopbackOnTheBridgeAndToOtherContainers) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.get(), {.ports = {network::parse_port("8080:80")}});
  const auto second = net().attach(kSecond, two.get());
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(connects("127.0.0.1", 8080));
  EXPECT_TRUE(connects(second.gateway, 8080));
  EXPECT_TRUE(two.inside([&] { return connects(second.gateway, 8080); })) << "hairpin";
  EXPECT_TRUE(one.inside([&] { return connects(second.gateway, 8080); }))
      << "a container through its own port";
  net().detach(kFirst);
  EXPECT_FALSE(connects("127.0.0.1", 8080));
}

TEST_F(BridgeNetwork, APortPublishedOnOneAddressAnswersThereOnly) {
  const Netns one;
  const auto first = net().attach(kFirst, one.get(), {.ports = {network::parse_port("127.0.0.1:8080:80")}});
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(connects("127.0.0.1", 8080));
  EXPECT_FALSE(connects(first.gateway, 8080));
}

TEST_F(BridgeNetwork, ContainersCannotReachTheHostsLoopback) {
  const Netns one;
  net().attach(kFirst, one.get());
  const sys::UniqueFd server = listener(8000);
  ASSERT_TRUE(connects("127.0.0.1", 8000));
  // As an attacker in the container would: send 127.0.0.1 out of eth0.
  const bool reached = one.inside([&] {
    sys::write_existing_file("/proc/sys/net/ipv4/conf/eth0/route_localnet", "1");
    return connects("127.0.0.1", 8000);
  });
  EXPECT_FALSE(reached);
}

TEST_F(BridgeNetwork, APortCanBePublishedOnceAndTheErrorNamesItsOwner) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.get(), {.ports = {network::parse_port("8080:80")}});
  try {
    net().attach(kSecond, two.get(),
                 {.ports = {network::parse_port("8081:80"), network::parse_port("8080:81")}});
    FAIL() << "port 8080 was published twice";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("8080/tcp is already published by container aaaaaaaaaaaa"));
  }
  EXPECT_THAT(net().attached(), ElementsAre(kFirst)) << "a failed attach leaves nothing";
  EXPECT_THAT(net().leaks({kFirst}), IsEmpty());
  EXPECT_THAT(network::published(table()), SizeIs(1));
}

TEST_F(BridgeNetwork, DetachIsIdempotentAndLeavesNothing) {
  const Netns one;
  net().attach(kFirst, one.get(), {.ports = {network::parse_port("8080:80/udp")}});
  EXPECT_TRUE(net().detach(kFirst));
  EXPECT_FALSE(net().detach(kFirst));
  EXPECT_THAT(net().attached(), IsEmpty());
  EXPECT_THAT(net().leaks({}), IsEmpty());
  EXPECT_FALSE(network::Netlink().find_link("mcaaaaaaaa"));
  EXPECT_THAT(network::published(table()), IsEmpty());
}

TEST_F(BridgeNetwork, AnAddressIsGivenBackAndCanBeWishedFor) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.get());
  EXPECT_THROW(net().attach(kSecond, two.get(), {.address = "172.30.0.2"}), std::runtime_error);
  EXPECT_THROW(net().attach(kSecond, two.get(), {.address = "10.0.0.1"}), std::runtime_error);
  EXPECT_EQ(net().attach(kSecond, two.get(), {.address = "172.30.7.7"}).address, "172.30.7.7");
  net().detach(kFirst);
  const Netns three;
  EXPECT_EQ(net().attach(kFirst, three.get()).address, "172.30.0.3")
      << "one given back is not given out at once";
  net().detach(kSecond);
  EXPECT_EQ(net().attach(kSecond, two.get(), {.address = "172.30.0.2"}).address, "172.30.0.2");
}

TEST_F(BridgeNetwork, ReconcileRemovesWhatADeadEngineLeft) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.get(), {.ports = {network::parse_port("8080:80")}});
  net().attach(kSecond, two.get());
  // As after kill -9 between making the record and filling it.
  sys::write_file_atomically(directory_ + "/network/containers/" + kFirst, "");
  EXPECT_THAT(net().leaks({kSecond}), SizeIs(4)) << "record, address, link, published port";
  EXPECT_THAT(net().reconcile({kSecond}), SizeIs(1));
  EXPECT_THAT(net().leaks({kSecond}), IsEmpty());
  EXPECT_THAT(net().attached(), ElementsAre(kSecond));
}

TEST_F(BridgeNetwork, TheSubnetAvoidsWhatIsRoutedAlready) {
  network::Netlink host;
  host.add_bridge("other0", "02:00:00:00:00:01", 1500);
  const network::Link other = host.get_link("other0");
  host.set_up(other);
  host.add_address(other, network::parse_address("172.30.5.1"), 24);
  const Netns one;
  EXPECT_EQ(net().attach(kFirst, one.get()).address, "172.31.0.2");
}

TEST_F(BridgeNetwork, RemovingTheNetworkRestoresTheHost) {
  const std::string forward = "/proc/sys/net/ipv4/ip_forward";
  sys::write_existing_file(forward, "0");
  const Netns one;
  net().attach(kFirst, one.get());
  EXPECT_EQ(sys::read_file(forward), "1\n");
  net().remove();
  EXPECT_EQ(sys::read_file(forward), "0\n");
  EXPECT_FALSE(network::Netlink().find_link(net().bridge()));
  EXPECT_FALSE(network::table_exists(table()));
  EXPECT_FALSE(sys::exists(directory_ + "/network"));
}

TEST_F(BridgeNetwork, PublishedPortsWorkBesideAFirewallThatDropsForwardedPackets) {
  // What Docker leaves: policy drop. In its own namespace the second "host" stands for another machine.
  network::nft_or_throw(
      "table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }");
  const Netns machine;
  network::Netlink host;
  host.add_veth({.host = "wire", .inner = "wire", .netns = machine.get(), .mac = "02:00:00:00:00:09"});
  host.add_address(host.get_link("wire"), network::parse_address("192.168.9.1"), 24);
  host.set_up(host.get_link("wire"));
  network::Netlink outside = network::Netlink::in_namespace(machine.get());
  outside.add_address(outside.get_link("wire"), network::parse_address("192.168.9.2"), 24);
  outside.set_up(outside.get_link("wire"));
  outside.wait_until_running("wire");
  host.wait_until_running("wire");
  const Netns one;
  net().attach(kFirst, one.get(), {.ports = {network::parse_port("8080:80")}});
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(machine.inside([] { return connects("192.168.9.1", 8080); })) << "in through a published port";
  const sys::UniqueFd far = machine.inside([] { return listener(81); });
  EXPECT_TRUE(one.inside([] { return connects("192.168.9.2", 81); })) << "out through address translation";
  net().remove();
  EXPECT_THAT(network::nft_or_throw("list chain ip filter FORWARD"), testing::Not(HasSubstr("mini")));
}

TEST_F(BridgeNetwork, ABridgeThatVanishedIsMadeAgain) {
  const Netns one;
  net().attach(kFirst, one.get());
  net().detach(kFirst);
  network::Netlink().delete_link(net().bridge());
  EXPECT_EQ(net().attach(kFirst, one.get()).gateway, "172.30.0.1");
}

TEST_F(BridgeNetwork, ALinkMayBeLeftToTheEndOfItsNamespace) {
  {
    const Netns one;
    net().attach(kFirst, one.get());
    EXPECT_TRUE(net().detach(kFirst, network::LinkEnd::with_namespace));
    EXPECT_TRUE(network::Netlink().find_link("mcaaaaaaaa")) << "its namespace still lives";
  }
  EXPECT_THAT(net().leaks({}), IsEmpty());
  EXPECT_FALSE(network::Netlink().find_link("mcaaaaaaaa"));
}

}  // namespace
