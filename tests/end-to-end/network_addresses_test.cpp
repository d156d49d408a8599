// Addresses of user-defined networks: out of which part, of which version, on whose wire, and which are refused.
#include <gmock/gmock.h>

#include "base/sys/file.h"
#include "tests/end-to-end/networks_fixture.h"

namespace {

using e2e::Networks;
using e2e::Result;
using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(Networks, GiveAddressesOfTheRangeAskedFor) {
  network({"create", "--subnet", "172.50.0.0/16", "--ip-range", "172.50.7.0/29", "--gateway", "172.50.7.1",
           "--aux-address", "printer=172.50.7.2", "--ipam-driver", "default", "lecture"});
  const auto address = [&](const std::string& name) {
    return inspect(name)["NetworkSettings"]["Networks"]["lecture"]["IPAddress"].get<std::string>();
  };
  detached({"--name", "one-a", "--network", "lecture", "busybox", "sleep", "100"});
  detached({"--name", "one-b", "--network", "lecture", "busybox", "sleep", "100"});
  EXPECT_EQ(address("one-a"), "172.50.7.0") << "the first of the range, which is not the network's own";
  EXPECT_EQ(address("one-b"), "172.50.7.3");
  detached({"--name", "one-c", "--network", "lecture", "--ip", "172.50.9.9", "busybox", "sleep", "100"});
  EXPECT_EQ(address("one-c"), "172.50.9.9") << "what is asked for may be anywhere in the subnet";
  const auto refusal = [&](const std::string& wanted) {
    return run_container({"--rm", "--network", "lecture", "--ip", wanted, "busybox", "true"}).err;
  };
  for (const char* taken : {"172.50.7.0", "172.50.7.1", "172.50.7.2"})
    EXPECT_THAT(refusal(taken), HasSubstr("Address already in use"));
  EXPECT_THAT(refusal("172.51.0.9"), HasSubstr("It does not belong to any of this network's subnets"));
  const json config = inspected("lecture")["IPAM"]["Config"][0];
  EXPECT_EQ(config["IPRange"], "172.50.7.0/29");
  EXPECT_EQ(config["AuxiliaryAddresses"]["printer"], "172.50.7.2");
  EXPECT_THAT(mini({"network", "create", "--ipam-driver", "far", "x"}).err,
              HasSubstr("plugin \"far\" not found"));
}

TEST_F(Networks, ReachEachOtherByNameOverIpv6) {
  if (!sys::exists("/proc/sys/net/ipv6")) GTEST_SKIP() << "this kernel has no IPv6";
  network({"create", "--ipv6", "--subnet", "fd00:50::/64", "--gateway", "fd00:50::ff", "six"});
  EXPECT_EQ(inspected("six")["IPAM"]["Config"][1]["Gateway"], "fd00:50::ff");
  serve({"--name", "web", "--network", "six", "--ip6", "fd00:50::3"}, "web");
  detached({"--name", "asks", "--network", "six", "busybox", "sleep", "100"});
  const auto address = [&](const std::string& name) {
    return inspect(name)["NetworkSettings"]["Networks"]["six"]["GlobalIPv6Address"].get<std::string>();
  };
  EXPECT_EQ(address("web"), "fd00:50::3");
  EXPECT_EQ(address("asks"), "fd00:50::4") << "whose turn it was is taken";
  EXPECT_EQ(said("asks", "[fd00:50::3]"), "web\n");
  const Result pinged = mini({"exec", "asks", "ping", "-6", "-c", "1", "-W", "5", "web"});
  EXPECT_EQ(pinged.code, 0) << pinged.out << pinged.err;
  EXPECT_THAT(pinged.out, HasSubstr("fd00:50::3")) << "the name server knows the second address, too";
  EXPECT_EQ(mini({"exec", "asks", "ping", "-6", "-c", "1", "-W", "5", "fd00:50::ff"}).code, 0)
      << "the gateway";
  const auto refusal = [&](const std::string& wanted) {
    return run_container({"--rm", "--network", "six", "--ip6", wanted, "busybox", "true"}).err;
  };
  EXPECT_THAT(refusal("fd00:50::3"), HasSubstr("Address already in use"));
  EXPECT_THAT(refusal("fd00:50::ff"), HasSubstr("Address already in use"));
  EXPECT_THAT(refusal("fd00:51::2"), HasSubstr("It does not belong to any of this network's subnets"));
  network({"create", "four"});
  EXPECT_THAT(run_container({"--rm", "--network", "four", "--ip6", "fd00:50::3", "busybox", "true"}).err,
              HasSubstr("networks with user configured subnets"));
}

TEST_F(Networks, OfTheMacvlanDriverShareTheParentsWire) {
  // The kernel of a host need not have dummy links; a pair of which the other end leads nowhere is as good a wire.
  const std::string parent = "isolabe2e0";
  e2e::run({"ip", "link", "delete", parent});
  const Result made = e2e::run({"ip", "link", "add", parent, "type", "veth", "peer", "name", "isolabe2e1"});
  ASSERT_EQ(made.code, 0) << made.err;
  for (const std::string& end : {parent, std::string("isolabe2e1")})
    e2e::run({"ip", "link", "set", end, "up"});
  const Result probed = e2e::run({"ip", "link", "add", "link", parent, "isolabe2e2", "type", "macvlan"});
  e2e::run({"ip", "link", "delete", "isolabe2e2"});
  if (probed.code != 0) {
    e2e::run({"ip", "link", "delete", parent});
    GTEST_SKIP() << "this kernel has no macvlan: " << probed.err;
  }
  const Result created = mini({"network", "create", "-d", "macvlan", "--opt", "parent=" + parent, "--subnet",
                               "192.168.77.0/24", "wire"});
  EXPECT_EQ(created.code, 0) << created.err;
  serve({"--name", "web", "--network", "wire", "--ip", "192.168.77.9"}, "web");
  detached({"--name", "asks", "--network", "wire", "busybox", "sleep", "100"});
  EXPECT_EQ(said("asks", "192.168.77.9"), "web\n");
  EXPECT_EQ(mini({"rm", "-f", "web", "asks"}).code, 0);
  EXPECT_EQ(e2e::run({"ip", "link", "delete", parent}).code, 0);
}

}  // namespace
