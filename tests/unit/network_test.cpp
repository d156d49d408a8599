// The network half without privilege: ports, subnets, names, and the table of rules as text.
#include <gmock/gmock.h>

#include "mini-container/network/bridge.h"
#include "mini-container/network/firewall.h"
#include "mini-container/network/names.h"
#include "mini-container/network/ports.h"
#include "mini-container/network/subnet.h"

namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Port, TakesDockersForms) {
  const auto plain = network::parse_port("8080:80");
  EXPECT_EQ(plain.host_address, "");
  EXPECT_EQ(plain.host_port, 8080);
  EXPECT_EQ(plain.container_port, 80);
  EXPECT_EQ(plain.protocol, "tcp");
  EXPECT_EQ(network::to_string(network::parse_port("127.0.0.1:53:5353/udp")), "127.0.0.1:53:5353/udp");
  EXPECT_EQ(network::parse_port("0.0.0.0:1:2").host_address, "");
  EXPECT_EQ(network::to_string(network::parse_port(":1:2")), "1:2/tcp");
}

TEST(Port, RefusesTheRestAndShowsTheForm) {
  for (const char* text : {"", ":", ":80", "80:0", "65536:1", "a:b", "1:2/sctp", "1:2/", "1.2.3:1:2",
                           "host:1:2", "1:2:3:4", " 1:2", "1:2 ", "-1:2", "::1:80:80"}) {
    EXPECT_THROW(network::parse_port(text), std::invalid_argument) << text;
  }
  try {
    network::parse_port("x");
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("[[ip:][hostport]:]containerport"));
  }
}

TEST(Subnet, IsReadAndWritten) {
  EXPECT_EQ(network::to_string(network::parse_subnet("172.30.0.0/16")), "172.30.0.0/16");
  EXPECT_EQ(network::to_string(network::parse_subnet("0.0.0.0/0")), "0.0.0.0/0");
  for (const char* text :
       {"", "172.30.0.0", "172.30.0.1/16", "172.30.0.0/33", "x/8", "1.2.3.4/", "1.2.3.4/-1"}) {
    EXPECT_THROW(network::parse_subnet(text), std::invalid_argument) << text;
  }
}

TEST(Subnet, TheFirstFreeOneOverlapsNothing) {
  using network::parse_subnet;
  EXPECT_EQ(network::first_free({}), parse_subnet("172.30.0.0/16"));
  EXPECT_EQ(network::first_free({parse_subnet("172.30.9.0/24")}), parse_subnet("172.31.0.0/16"));
  EXPECT_EQ(network::first_free({parse_subnet("172.16.0.0/12")}), parse_subnet("10.0.0.0/16"));
  EXPECT_EQ(network::first_free({parse_subnet("172.16.0.0/12"), parse_subnet("10.0.0.0/8")}), std::nullopt);
}

TEST(Subnet, AddressesAndTheirLinkAddresses) {
  EXPECT_EQ(network::address_text(network::gateway_of(network::parse_subnet("172.30.0.0/16"))), "172.30.0.1");
  EXPECT_EQ(network::mac_of(network::parse_address("172.30.1.255")), "02:42:ac:1e:01:ff");
}

TEST(Names, HostsHoldsTheOwnNameAndAddress) {
  EXPECT_THAT(network::hosts_file("web", "172.30.0.2"), HasSubstr("172.30.0.2\tweb\n"));
  EXPECT_THAT(network::hosts_file("web", ""), HasSubstr("127.0.1.1\tweb\n"));
  EXPECT_THAT(network::hosts_file("web", "", {{"1.2.3.4", "db"}}), HasSubstr("1.2.3.4\tdb\n"));
  EXPECT_EQ(network::hostname_file("web"), "web\n");
}

TEST(Names, ResolversOfTheHostsLoopbackAreReplaced) {
  const std::string plain = "search x.org\nnameserver 10.0.0.1\noptions ndots:1\n";
  EXPECT_EQ(network::resolv_file(plain, ""), plain);
  const std::string stub = "nameserver 127.0.0.53\nsearch x.org\n";
  EXPECT_EQ(network::resolv_file(stub, "nameserver 10.0.0.2\n"), "nameserver 10.0.0.2\n");
  EXPECT_EQ(network::resolv_file(stub + "nameserver 10.0.0.3\n", "nameserver 10.0.0.2\n"),
            "search x.org\nnameserver 10.0.0.3\n");
  const std::string last = network::resolv_file(stub, "nameserver ::1\n");
  EXPECT_THAT(last, HasSubstr("nameserver"));
  EXPECT_THAT(last, Not(HasSubstr("127.0.0.53")));
}

TEST(BridgeNames, DifferByStateDirectoryAndFitTheKernel) {
  EXPECT_EQ(network::names_of("/run/mini-container/network").link, "mini0");
  const auto one = network::names_of("/tmp/a/network");
  const auto other = network::names_of("/tmp/b/network");
  EXPECT_NE(one.link, other.link);
  EXPECT_NE(one.table, other.table);
  EXPECT_LE(one.link.size(), 15U);
  EXPECT_EQ(network::host_link_name("1a2b3c4d5e6f"), "mc1a2b3c4d");
  EXPECT_EQ(network::host_link_name("not-hexadecimal").size(), 10U);
}

TEST(Firewall, TheTableKeepsNetworksApartAndClosesTheRest) {
  const std::string text = network::table_text("isolab");
  EXPECT_THAT(text, HasSubstr("ip saddr @subnets oifname != @bridges masquerade"));
  EXPECT_THAT(text, HasSubstr("oifname @bridges drop"));
  EXPECT_LT(text.find("iifname @internal drop"), text.find("ct status dnat accept"))
      << "not even a published port leads into an internal network";
  EXPECT_THAT(text, Not(HasSubstr("{{")));
}

TEST(Firewall, ANetworkIsElementsOfItsSets) {
  const auto open = network::network_text("isolab", {"mini0", network::parse_subnet("172.30.0.0/16"), false});
  EXPECT_THAT(open, HasSubstr("add element ip isolab bridges { \"mini0\" comment \"mini0\" }"));
  EXPECT_THAT(open, HasSubstr("add element ip isolab subnets { 172.30.0.0/16 comment \"mini0\" }"));
  const auto closed = network::network_text("isolab", {"br-1", network::parse_subnet("10.0.0.0/8"), true});
  EXPECT_THAT(closed, HasSubstr("internal { \"br-1\" "));
  EXPECT_THAT(closed, Not(HasSubstr("subnets"))) << "nothing of it is translated";
}

}  // namespace
