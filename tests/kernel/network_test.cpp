// The default network in a network namespace of its own: links, addresses, connections, published ports, and
// nothing left afterwards.
#include "mini-container/network/bridge.h"
#include "mini-container/network/nft.h"
#include "mini-container/network/whole.h"
#include "tests/kernel/network_fixture.h"

namespace {

using namespace played;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(BridgeNetwork, TwoContainersReachEachOtherAndTheirGateway) {
  const Netns one;
  const Netns two;
  const auto first = net().attach(kFirst, one.path());
  const auto second = net().attach(kSecond, two.path());
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
  net().attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  const auto second = net().attach(kSecond, two.path());
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
  const auto first = net().attach(kFirst, one.path(), {.ports = {network::parse_port("127.0.0.1:8080:80")}});
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(connects("127.0.0.1", 8080));
  EXPECT_FALSE(connects(first.gateway, 8080));
}

TEST_F(BridgeNetwork, ContainersCannotReachTheHostsLoopback) {
  const Netns one;
  net().attach(kFirst, one.path());
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
  net().attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  try {
    net().attach(kSecond, two.path(),
                 {.ports = {network::parse_port("8081:80"), network::parse_port("8080:81")}});
    FAIL() << "port 8080 was published twice";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("8080/tcp is already published by container aaaaaaaaaaaa"));
  }
  EXPECT_THAT(network::attached(root()), ElementsAre(kFirst)) << "a failed attach leaves nothing";
  EXPECT_THAT(network::leaks(root(), {kFirst}), IsEmpty());
  EXPECT_THAT(network::published(table()), SizeIs(1));
}

TEST_F(BridgeNetwork, DetachIsIdempotentAndLeavesNothing) {
  const Netns one;
  net().attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80/udp")}});
  EXPECT_TRUE(net().detach(kFirst));
  EXPECT_FALSE(net().detach(kFirst));
  EXPECT_THAT(network::attached(root()), IsEmpty());
  EXPECT_THAT(network::leaks(root(), {}), IsEmpty());
  EXPECT_FALSE(network::Netlink().find_link("mcaaaaaaaa"));
  EXPECT_THAT(network::published(table()), IsEmpty());
}

TEST_F(BridgeNetwork, AnAddressIsGivenBackAndCanBeWishedFor) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.path());
  EXPECT_THROW(net().attach(kSecond, two.path(), {.address = "172.30.0.2"}), std::runtime_error);
  EXPECT_THROW(net().attach(kSecond, two.path(), {.address = "10.0.0.1"}), std::runtime_error);
  EXPECT_EQ(net().attach(kSecond, two.path(), {.address = "172.30.7.7"}).address, "172.30.7.7");
  net().detach(kFirst);
  const Netns three;
  EXPECT_EQ(net().attach(kFirst, three.path()).address, "172.30.0.3")
      << "one given back is not given out at once";
  net().detach(kSecond);
  EXPECT_EQ(net().attach(kSecond, two.path(), {.address = "172.30.0.2"}).address, "172.30.0.2");
}

TEST_F(BridgeNetwork, WhatADeadEngineLeftIsFoundAndRemoved) {
  const Netns one;
  const Netns two;
  net().attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  net().attach(kSecond, two.path());
  // As after kill -9 between making the record and filling it.
  sys::write_file_atomically(directory_ + "/network/containers/" + kFirst, "");
  EXPECT_THAT(network::leaks(root(), {kSecond}), SizeIs(4)) << "record, address, link, published port";
  EXPECT_TRUE(network::detach_everywhere(root(), kFirst, network::LinkEnd::now));
  EXPECT_THAT(network::leaks(root(), {kSecond}), IsEmpty());
  EXPECT_THAT(network::attached(root()), ElementsAre(kSecond));
}

TEST_F(BridgeNetwork, TheSubnetAvoidsWhatIsRoutedAlready) {
  network::Netlink host;
  host.add_bridge("other0", "02:00:00:00:00:01", 1500);
  const network::Link other = host.get_link("other0");
  host.set_up(other);
  host.add_address(other, network::parse_address("172.30.5.1"), 24);
  const Netns one;
  EXPECT_EQ(net().attach(kFirst, one.path()).address, "172.31.0.2");
}

TEST_F(BridgeNetwork, RemovingTheNetworkRestoresTheHost) {
  const std::string forward = "/proc/sys/net/ipv4/ip_forward";
  sys::write_existing_file(forward, "0");
  const Netns one;
  net().attach(kFirst, one.path());
  EXPECT_EQ(sys::read_file(forward), "1\n");
  network::remove_all(root());
  EXPECT_EQ(sys::read_file(forward), "0\n");
  EXPECT_FALSE(network::Netlink().find_link(net().place().link));
  EXPECT_FALSE(network::table_exists(table()));
  EXPECT_FALSE(sys::exists(directory_ + "/network"));
}

TEST_F(BridgeNetwork, PublishedPortsWorkBesideAFirewallThatDropsForwardedPackets) {
  // What Docker leaves: policy drop. In its own namespace the second "host" stands for another machine.
  network::nft_or_throw(
      "table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }");
  const Netns machine;
  lay_wire(machine);
  const Netns one;
  net().attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(machine.inside([] { return connects("192.168.9.1", 8080); })) << "in through a published port";
  const sys::UniqueFd far = machine.inside([] { return listener(81); });
  EXPECT_TRUE(one.inside([] { return connects("192.168.9.2", 81); })) << "out through address translation";
  network::remove_all(root());
  EXPECT_THAT(network::nft_or_throw("list chain ip filter FORWARD"), testing::Not(HasSubstr("mini")));
}

TEST_F(BridgeNetwork, ABridgeThatVanishedIsMadeAgain) {
  const Netns one;
  net().attach(kFirst, one.path());
  net().detach(kFirst);
  network::Netlink().delete_link(net().place().link);
  EXPECT_EQ(net().attach(kFirst, one.path()).gateway, "172.30.0.1");
}

TEST_F(BridgeNetwork, ALinkMayBeLeftToTheEndOfItsNamespace) {
  {
    const Netns one;
    net().attach(kFirst, one.path());
    EXPECT_TRUE(net().detach(kFirst, network::LinkEnd::with_namespace));
    EXPECT_TRUE(network::Netlink().find_link("mcaaaaaaaa")) << "its namespace still lives";
  }
  EXPECT_THAT(network::leaks(root(), {}), IsEmpty());
  EXPECT_FALSE(network::Netlink().find_link("mcaaaaaaaa"));
}

}  // namespace
