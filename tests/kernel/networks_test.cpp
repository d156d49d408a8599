// User-defined networks in a network namespace of their own: kept apart, connected by one container, without a way out,
// made by macvlan and by plug-ins, with names.
#include <csignal>

#include "mini-container/network/bridge.h"
#include "mini-container/network/dns.h"
#include "mini-container/network/dns_query.h"
#include "mini-container/network/nft.h"
#include "mini-container/network/whole.h"
#include "tests/kernel/network_fixture.h"

namespace {

using namespace played;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Networks : public BridgeNetwork {};

network::Definition definition(char digit, const std::string& subnet) {
  network::Definition one;
  one.id = std::string(64, digit);
  one.name = std::string("net") + digit;
  one.subnet = subnet;
  one.gateway = network::address_text(network::gateway_of(network::parse_subnet(subnet)));
  return one;
}

TEST_F(Networks, TwoNetworksDoNotSeeEachOther) {
  const Netns one, two, three;
  const auto first = net(definition('1', "172.50.0.0/16"));
  const auto second = net(definition('2', "10.99.0.0/24"));
  first.attach(kFirst, one.path());
  const auto own = first.attach(kSecond, two.path());
  const auto other = second.attach(std::string(64, 'c'), three.path());
  const sys::UniqueFd near = two.inside([] { return listener(80); });
  const sys::UniqueFd far = three.inside([] { return listener(80); });
  EXPECT_TRUE(one.inside([&] { return connects(own.address, 80); }));
  EXPECT_FALSE(one.inside([&] { return connects(other.address, 80); }));
  EXPECT_TRUE(connects(other.address, 80)) << "the host itself reaches both";
}

TEST_F(Networks, AGuestHasATapBesideTheContainers) {
  network::Definition two_kinds = definition('1', "172.50.0.0/16");
  two_kinds.ipv6 = true;
  two_kinds.subnet6 = "fd00:1::/64";
  const auto one = net(two_kinds);
  const auto guest = one.attach("guest-web", {}, {.ipv6 = false});
  network::Netlink host;
  const network::Link tap = host.get_link(guest.host_link);
  EXPECT_EQ(tap.alias, "guest-web");
  EXPECT_EQ(tap.master, host.get_link(one.place().link).index);
  EXPECT_EQ(tap.mtu, host.get_link(one.place().link).mtu);
  EXPECT_EQ(guest.address6, "") << "its kernel has no IPv6";
  EXPECT_THAT(network::leaks(root(), {"guest-web"}), IsEmpty());
  EXPECT_THAT(network::leaks(root(), {}), SizeIs(3)) << "record, address, link";
  EXPECT_TRUE(network::detach_everywhere(root(), "guest-web", network::LinkEnd::now));
  EXPECT_FALSE(host.find_link(guest.host_link));
  EXPECT_THAT(network::leaks(root(), {}), IsEmpty());
  two_kinds.driver = "macvlan";
  EXPECT_THROW(net(two_kinds).attach("guest-web", {}), std::invalid_argument);
}

TEST_F(Networks, AContainerOfTwoNetworksReachesBoth) {
  const Netns one, two, three;
  const auto first = net(definition('1', "172.50.0.0/16"));
  const auto second = net(definition('2', "10.99.0.0/24"));
  first.attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  EXPECT_EQ(second.attach(kFirst, one.path(), {.interface = "eth1", .outward = false}).address, "10.99.0.2");
  const auto left = first.attach(kSecond, two.path());
  const auto right = second.attach(std::string(64, 'c'), three.path());
  const sys::UniqueFd near = two.inside([] { return listener(81); });
  const sys::UniqueFd far = three.inside([] { return listener(82); });
  EXPECT_TRUE(one.inside([&] { return connects(left.address, 81); }));
  EXPECT_TRUE(one.inside([&] { return connects(right.address, 82); }));
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  EXPECT_TRUE(connects("127.0.0.1", 8080));
  first.detach(kFirst, network::LinkEnd::now, one.path());
  EXPECT_FALSE(connects("127.0.0.1", 8080));
  EXPECT_TRUE(second.lead_outward(kFirst, one.path(), {network::parse_port("8080:80")}));
  EXPECT_TRUE(connects("127.0.0.1", 8080)) << "its ports have moved to the network that is left";
}

TEST_F(Networks, AnInternalNetworkLeadsNowhere) {
  const Netns machine, one, two;
  lay_wire(machine);
  const sys::UniqueFd far = machine.inside([] { return listener(81); });
  const Netns open;
  net().attach(std::string(64, 'c'), open.path());
  EXPECT_TRUE(open.inside([] { return connects("192.168.9.2", 81); }));
  network::Definition vault = definition('1', "172.50.0.0/16");
  vault.internal = true;
  net(vault).attach(kFirst, one.path(), {.ports = {network::parse_port("8080:80")}});
  const auto second = net(vault).attach(kSecond, two.path());
  const sys::UniqueFd server = two.inside([] { return listener(80); });
  EXPECT_TRUE(one.inside([&] { return connects(second.address, 80); }));
  // Its root could set the route that we leave out.
  network::Netlink inside = network::Netlink::in_namespace(one.get());
  inside.add_default_route(inside.get_link("eth0"), network::parse_address(second.gateway));
  EXPECT_FALSE(one.inside([] { return connects("192.168.9.2", 81); }));
  EXPECT_THAT(network::published(table()), IsEmpty());
}

TEST_F(Networks, RandomPortsAreFreeOnes) {
  const Netns one, two;
  const auto first = net().attach(kFirst, one.path(), {.ports = network::parse_ports("80-81")});
  const auto second = net().attach(kSecond, two.path(), {.ports = network::parse_ports("127.0.0.1::80")});
  const sys::UniqueFd server = one.inside([] { return listener(80); });
  const sys::UniqueFd other = two.inside([] { return listener(80); });
  ASSERT_THAT(first.ports, SizeIs(2));
  EXPECT_NE(first.ports[0].host_port, first.ports[1].host_port);
  EXPECT_TRUE(connects("127.0.0.1", first.ports[0].host_port));
  EXPECT_TRUE(connects("127.0.0.1", second.ports[0].host_port));
  EXPECT_FALSE(connects(first.gateway, second.ports[0].host_port)) << "published on the loopback only";
}

TEST_F(Networks, TheLastNetworkTakesTheTableWithIt) {
  const auto first = net(definition('1', "172.50.0.0/16"));
  const auto second = net(definition('2', "10.99.0.0/24"));
  first.make();
  second.make();
  first.unmake();
  EXPECT_FALSE(network::Netlink().find_link(first.place().link));
  EXPECT_TRUE(network::Netlink().find_link(second.place().link));
  EXPECT_THAT(network::nft_or_throw("list table ip " + table()),
              testing::AllOf(HasSubstr(second.place().link), testing::Not(HasSubstr(first.place().link))));
  second.unmake();
  EXPECT_FALSE(network::table_exists(table()));
}

TEST_F(Networks, AMacvlanIsACardOnTheParentsWire) {
  const Netns machine, one;
  lay_wire(machine);
  network::Definition lan = definition('1', "192.168.9.0/24");
  lan.driver = "macvlan";
  lan.options["parent"] = "wire";
  const auto attachment = net(lan).attach(kFirst, one.path(), {.address = "192.168.9.3"});
  EXPECT_EQ(attachment.address, "192.168.9.3");
  const sys::UniqueFd far = machine.inside([] { return listener(81); });
  EXPECT_TRUE(one.inside([] { return connects("192.168.9.2", 81); }));
  EXPECT_TRUE(net(lan).detach(kFirst, network::LinkEnd::now, one.path()));
  EXPECT_FALSE(network::Netlink::in_namespace(one.get()).find_link("eth0"));
  EXPECT_THAT(network::leaks(root(), {}), IsEmpty());
}

TEST_F(Networks, PluginsOfTheContainerNetworkInterfaceMakeANetwork) {
  if (!sys::exists("/usr/lib/cni/bridge")) GTEST_SKIP() << "containernetworking-plugins is not installed";
  const Netns one, two;
  const std::string file = directory_ + "/plug.conflist";
  sys::write_file_atomically(file, R"({"cniVersion": "0.4.0", "name": "plugged", "plugins": [
      {"type": "bridge", "bridge": "cniplug0", "isGateway": true,
       "ipam": {"type": "host-local", "subnet": "10.98.0.0/24", "dataDir": ")" +
                                       directory_ + R"(/leases"}}]})");
  network::Definition plugged;
  plugged.id = std::string(64, '1');
  plugged.name = "plugged";
  plugged.driver = "cni";
  plugged.options["config"] = file;
  const auto first = net(plugged).attach(kFirst, one.path());
  const auto second = net(plugged).attach(kSecond, two.path());
  EXPECT_EQ(first.address, "10.98.0.2");
  EXPECT_EQ(first.gateway, "10.98.0.1");
  const sys::UniqueFd server = two.inside([] { return listener(80); });
  EXPECT_TRUE(one.inside([&] { return connects(second.address, 80); }));
  EXPECT_TRUE(net(plugged).detach(kFirst, network::LinkEnd::now, one.path()));
  EXPECT_FALSE(network::Netlink::in_namespace(one.get()).find_link("eth0"));
  EXPECT_TRUE(net(plugged).detach(kSecond, network::LinkEnd::with_namespace)) << "as after a kill -9";
  EXPECT_FALSE(sys::exists(directory_ + "/leases/plugged/10.98.0.3")) << "the plug-in has its address back";
}

TEST_F(Networks, ASecondSubnetIsOfIpv6) {
  if (!sys::exists("/proc/sys/net/ipv6")) GTEST_SKIP() << "this kernel has no IPv6";
  const Netns one;
  network::Definition both = definition('1', "172.50.0.0/16");
  both.ipv6 = true;
  both.subnet6 = "fd00:50::/64";
  const auto attachment = net(both).attach(kFirst, one.path());
  EXPECT_EQ(attachment.address6, "fd00:50::2");
  EXPECT_THAT(network::nft_or_throw("list ruleset"), HasSubstr("ip6"));
  net(both).detach(kFirst);
  net(both).unmake();
  EXPECT_THAT(network::nft_or_throw("list ruleset"), testing::Not(HasSubstr("ip6")));
}

TEST_F(Networks, NamesAreAnsweredOnTheGatewayUntilTheLastContainerLeaves) {
  if (!network::dns_installed()) GTEST_SKIP() << "aardvark-dns is not installed";
  const Netns one, two;
  const auto web = net(definition('1', "172.50.0.0/16"));
  const auto first = web.attach(kFirst, one.path(), {.names = {"Web", "alias"}});
  EXPECT_TRUE(network::answers_name(first.gateway, "web"));
  EXPECT_TRUE(network::answers_name(first.gateway, "alias"));
  EXPECT_FALSE(network::answers_name(first.gateway, "db"));
  web.attach(kSecond, two.path(), {.names = {"db"}});
  EXPECT_TRUE(network::answers_name(first.gateway, "db"));
  EXPECT_THAT(network::leaks(root(), {kFirst, kSecond}), IsEmpty());
  // Killed, it is missed, and started again.
  ASSERT_EQ(::kill(network::dns_process(root()), SIGKILL), 0);
  const auto gone = [&] { return network::dns_process(root()) == 0; };
  for (int round = 0; round < 100 && !gone(); ++round)
    sys::poll({}, 20);
  EXPECT_THAT(network::leaks(root(), {kFirst, kSecond}), SizeIs(1));
  network::repair_dns(root());
  EXPECT_NE(network::dns_process(root()), 0);
  web.detach(kFirst);
  web.detach(kSecond);
  for (int round = 0; round < 100 && !gone(); ++round)
    sys::poll({}, 20);
  EXPECT_TRUE(gone()) << "nobody is left to ask it";
}

}  // namespace
