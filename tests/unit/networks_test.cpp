// User-defined networks without privilege: records, subnets, ranges of ports, what the name server and plug-ins are told.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mini-container/network/bridge6.h"
#include "mini-container/network/cni.h"
#include "mini-container/network/definition.h"
#include "mini-container/network/dns.h"
#include "mini-container/network/dns_query.h"
#include "mini-container/network/free_port.h"
#include "mini-container/network/subnet6.h"

namespace {

using network::Attachment;
using network::Definition;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Definition named(const std::string& name, const std::string& subnet = {}) {
  Definition one;
  one.name = name;
  one.subnet = subnet;
  return one;
}

// What check() says against it; "" if nothing.
std::string objection(const Definition& definition) {
  try {
    network::check(definition);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(Definition, IsReadAsItWasWritten) {
  Definition one = named("lecture", "172.50.0.0/16");
  one.internal = true;
  one.labels["a"] = "b";
  const Definition again = network::definition_from_json(to_json(one), "here");
  EXPECT_EQ(again.name, "lecture");
  EXPECT_EQ(again.subnet, "172.50.0.0/16");
  EXPECT_TRUE(again.internal);
  EXPECT_EQ(again.labels.at("a"), "b");
  EXPECT_THROW(network::definition_from_json("{", "here"), std::runtime_error);
}

TEST(Definition, RefusesWhatContradictsItself) {
  EXPECT_EQ(objection(named("lecture", "172.50.0.0/16")), "");
  EXPECT_THAT(objection(named("-x")), HasSubstr("invalid network name"));
  Definition one = named("x");
  one.gateway = "172.50.0.1";
  EXPECT_THAT(objection(one), HasSubstr("every ip-range or gateway must have a corresponding subnet"));
  one.subnet = "172.51.0.0/16";
  EXPECT_THAT(objection(one), HasSubstr("no matching subnet for gateway"));
  EXPECT_THAT(objection(named("x", "172.50.0.0/31")), HasSubstr("from /8 to /30"));
  one = named("x");
  for (const auto& [driver, words] :
       {std::pair{"host", "only one instance"}, std::pair{"weave", "not found"},
        std::pair{"macvlan", "--opt parent"}, std::pair{"cni", "--opt config"}}) {
    one.driver = driver;
    EXPECT_THAT(objection(one), HasSubstr(words));
  }
  one = named("x", "172.50.0.0/16");
  one.ipv6 = true;
  EXPECT_THAT(objection(one), HasSubstr("belong together"));
  one.subnet6 = "fd00:1::/64";
  EXPECT_EQ(objection(one), "");
  EXPECT_EQ(gateway6_of(one), "fd00:1::1");
  one.gateway6 = "fd00:1:0::00ff";
  EXPECT_EQ(gateway6_of(one), "fd00:1::ff");
  one.gateway6 = "fd00:2::1";
  EXPECT_THAT(objection(one), HasSubstr("no matching subnet for gateway fd00:2::1"));
}

TEST(Definition, APartOfTheSubnetIsWithinIt) {
  Definition one = named("x");
  one.ip_range = "172.50.1.0/24";
  EXPECT_THAT(objection(one), HasSubstr("every ip-range or gateway must have a corresponding subnet"));
  one.subnet = "172.50.0.0/16";
  EXPECT_EQ(objection(one), "");
  one.ip_range = "172.51.1.0/24";
  EXPECT_THAT(objection(one), HasSubstr("no matching subnet for range"));
  one.ip_range.clear();
  one.reserved["printer"] = "172.51.0.2";
  EXPECT_THAT(objection(one), HasSubstr("no matching subnet for aux-address 172.51.0.2"));
  one.reserved["printer"] = "fd00:1::2";
  EXPECT_THAT(objection(one), HasSubstr("no matching subnet for aux-address"));
  one.reserved["printer"] = "172.50.0.1";
  EXPECT_THAT(objection(one), HasSubstr("Address already in use"));
  one.reserved["printer"] = "172.50.0.2";
  EXPECT_EQ(objection(one), "");
}

TEST(Definition, ASubnetIsFreeOrRefusedByName) {
  const std::vector<Definition> others = {named("other", "172.30.0.0/16"), named("bridge")};
  const auto routed = network::parse_subnet("172.31.0.0/24");
  EXPECT_EQ(to_string(network::choose_subnet("", others, {routed})), "172.16.0.0/16");
  EXPECT_EQ(to_string(network::choose_subnet("172.50.0.0/16", others, {routed})), "172.50.0.0/16");
  for (const auto& [asked, owner] :
       {std::pair{"172.30.1.0/24", "network other"}, std::pair{"172.31.0.0/16", "host routes"}}) {
    try {
      network::choose_subnet(asked, others, {routed});
      FAIL() << asked;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(owner));
      EXPECT_THAT(error.what(), HasSubstr("Pool overlaps with other one on this address space"));
    }
  }
}

TEST(Definition, ThePredefinedOnesHaveIdsThatStay) {
  const auto here = network::predefined_networks("/a");
  EXPECT_EQ(here.size(), 3U);
  EXPECT_EQ(here[0].id, network::predefined_networks("/a")[0].id);
  EXPECT_NE(here[0].id, network::predefined_networks("/b")[0].id);
  EXPECT_NE(here[0].id, here[1].id);
  EXPECT_EQ(here[0].id.size(), 64U);
  EXPECT_FALSE(here[0].resolves_names()) << "Docker's default network never did";
}

TEST(Ports, ComeInRangesAndWithoutANumber) {
  const auto range = network::parse_ports("127.0.0.1:8000-8002:80-82/udp");
  ASSERT_EQ(range.size(), 3U);
  EXPECT_EQ(to_string(range[2]), "127.0.0.1:8002:82/udp");
  EXPECT_EQ(to_string(network::parse_port("80")), "80/tcp");
  EXPECT_EQ(network::parse_port("80").host_port, 0);
  EXPECT_EQ(network::parse_port("0:80").host_port, 0);
  EXPECT_EQ(to_string(network::parse_port("127.0.0.1::80")), "127.0.0.1::80/tcp");
  EXPECT_EQ(to_string(network::parse_port("127.0.0.1::80/tcp")), "127.0.0.1::80/tcp");
  EXPECT_EQ(network::parse_ports("80-82").size(), 3U);
  for (const char* text : {"8000-8001:80", "82-80:80-82", "-80:80", "80-:80", "80:80-"})
    EXPECT_THROW(network::parse_ports(text), std::invalid_argument) << text;
  EXPECT_THROW(network::parse_port("80-82"), std::invalid_argument);
  EXPECT_THROW(network::parse_port("[::1]:80:80"), std::invalid_argument);
}

TEST(Ports, InUseAreReadOffTheKernelsTable) {
  EXPECT_THAT(network::ports_in("  sl  local_address rem_address   st\n"
                                "   0: 0100007F:1F90 00000000:0000 0A\n"
                                "   1: 00000000000000000000000000000000:0016 0000:0000 0A\n"),
              ElementsAre(8080, 22));
  EXPECT_THAT(network::ports_in(""), testing::IsEmpty());
}

TEST(Ports, AreTakenByWhoeverListensThereOrEverywhere) {
  const auto taken = [](const std::string& line, const char* port) {
    return network::is_taken("  sl  local_address rem_address   st\n" + line + "\n",
                             network::parse_port(port));
  };
  const std::string loopback = "   0: 0100007F:1F90 00000000:0000 0A";
  EXPECT_TRUE(taken(loopback, "127.0.0.1:8080:80"));
  EXPECT_TRUE(taken(loopback, "8080:80"));
  EXPECT_FALSE(taken(loopback, "127.0.0.2:8080:80"));
  EXPECT_FALSE(taken(loopback, "8081:80"));
  EXPECT_FALSE(taken("   0: 0100007F:1F90 0200007F:ABCD 01", "8080:80")) << "connected, and no listener";
  const std::string anywhere =
      "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A";
  EXPECT_TRUE(taken(anywhere, "127.0.0.1:8080:80")) << "IPv4 comes in there, too";
  EXPECT_TRUE(taken("   0: 00000000:1F90 00000000:0000 07", "8080:80/udp"));
}

Attachment attachment(const std::string& id, const std::string& address, std::vector<std::string> names) {
  Attachment one;
  one.container_id = id;
  one.driver = "bridge";
  one.address = address;
  one.gateway = address.substr(0, address.rfind('.')) + ".1";
  one.names = std::move(names);
  return one;
}

TEST(Dns, AFileHasTheGatewayAndALineForEachContainer) {
  const auto files = network::dns_files({{"net", {attachment("c1", "10.1.0.2", {"Web", "www"})}}});
  EXPECT_EQ(files.at("net"), "10.1.0.1\nc1 10.1.0.2  web,www\n");
}

TEST(Dns, AContainerOfTwoNetworksIsKnownInBothByBothAddresses) {
  const auto files = network::dns_files(
      {{"one", {attachment("c1", "10.1.0.2", {"a"})}},
       {"two", {attachment("c1", "10.2.0.2", {"a"}), attachment("c2", "10.2.0.3", {"b"})}}});
  EXPECT_EQ(files.at("one"), "10.1.0.1\nc1 10.1.0.2  a\nc1 10.2.0.2  none.invalid\n");
  EXPECT_THAT(files.at("two"), HasSubstr("c1 10.1.0.2  none.invalid\n"));
  EXPECT_THAT(files.at("one"), Not(HasSubstr("c2")));
}

TEST(Dns, NameServersAskedForStandBehindTheNames) {
  Attachment one = attachment("c1", "10.1.0.2", {"a"});
  one.name_servers = {"9.9.9.9", "1.1.1.1"};
  EXPECT_THAT(network::dns_files({{"net", {one}}}).at("net"), HasSubstr("c1 10.1.0.2  a 9.9.9.9,1.1.1.1\n"));
}

TEST(Dns, AQuestionIsANameInLabels) {
  using namespace std::string_literals;
  EXPECT_EQ(network::dns_question("web.x"), "\0\1\1\0\0\1\0\0\0\0\0\0\3web\1x\0\0\1\0\1"s);
  EXPECT_TRUE(network::is_answer("\0\1\x81\x80\0\1\0\1\0\0\0\0..."s));
  EXPECT_FALSE(network::is_answer("\0\1\x81\x83\0\1\0\0\0\0\0\0..."s)) << "no such name";
  EXPECT_FALSE(network::is_answer(""));
}

TEST(Cni, CallsEachPluginOfAListWithItsNameAndPorts) {
  const std::string list = R"({"cniVersion": "0.4.0", "name": "net", "plugins": [{"type": "bridge"},
                               {"type": "portmap", "capabilities": {"portMappings": true}}]})";
  const auto calls = network::cni_calls(list, "file", network::parse_ports("8080:80"));
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].type, "bridge");
  const auto second = nlohmann::json::parse(calls[1].input);
  EXPECT_EQ(second.at("name"), "net");
  EXPECT_EQ(second.at("cniVersion"), "0.4.0");
  EXPECT_EQ(second.at("runtimeConfig").at("portMappings").at(0).at("hostPort"), 8080);
  EXPECT_FALSE(second.contains("capabilities"));
  const std::string single = R"({"cniVersion": "1.0.0", "name": "net", "type": "ptp"})";
  EXPECT_EQ(network::cni_calls(single, "file", {}).front().type, "ptp");
}

TEST(Cni, RefusesWhatIsNoConfigurationOrCannotPublish) {
  for (const char* text : {"", "[]", "{}", R"({"name": "x"})", R"({"name": "x", "plugins": []})"})
    EXPECT_THROW(network::cni_calls(text, "file", {}), std::runtime_error) << text;
  EXPECT_THROW(network::cni_calls(R"({"name": "x", "type": "bridge"})", "file", network::parse_ports("1:1")),
               std::runtime_error);
}

TEST(Cni, TheResultTellsAddressGatewayAndLink) {
  Attachment one;
  one.interface = "eth0";
  network::read_cni_result(
      R"({"interfaces": [{"name": "veth12", "mac": "x"}, {"name": "eth0", "mac": "aa:bb", "sandbox": "/proc/1/ns/net"}],
          "ips": [{"address": "10.9.0.2/24", "gateway": "10.9.0.1"}, {"address": "fd00::2/64", "gateway": "fd00::1"}]})",
      one);
  EXPECT_EQ(one.address, "10.9.0.2");
  EXPECT_EQ(one.prefix, 24U);
  EXPECT_EQ(one.gateway, "10.9.0.1");
  EXPECT_EQ(one.address6, "fd00::2");
  EXPECT_EQ(one.mac, "aa:bb");
  EXPECT_EQ(one.host_link, "veth12");
}

TEST(Subnet6, NumbersItsAddresses) {
  const auto subnet = network::parse_subnet6("fd00:1::/64");
  EXPECT_EQ(network::nth_address(subnet, 1), "fd00:1::1");
  EXPECT_EQ(network::nth_address(subnet, 0x10002), "fd00:1::1:2");
  for (const char* text : {"", "fd00:1::", "fd00:1::1/64", "fd00::/120", "fd00::/0", "x/64", "10.0.0.0/8"})
    EXPECT_THROW(network::parse_subnet6(text), std::invalid_argument) << text;
  EXPECT_THAT(network::table6_text("t", "br-1", "fd00:1::/64", true), HasSubstr("iifname \"br-1\" drop"));
}

}  // namespace
