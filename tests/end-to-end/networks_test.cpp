// User-defined networks as a user has them: names, isolation, connect and disconnect while containers run, ports, what is
// refused, and nothing left after any kill.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <tuple>

#include "base/sys/file.h"
#include "tests/end-to-end/networks_fixture.h"

namespace {

using e2e::Networks;
using e2e::Result;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Networks, AreMadeListedInspectedAndRemoved) {
  network({"create", "--subnet", "172.50.0.0/16", "--label", "of=lecture", "lecture"});
  EXPECT_THAT(mini({"network", "create", "lecture"}).err,
              HasSubstr("network with name lecture already exists"));
  EXPECT_THAT(mini({"network", "create", "--subnet", "172.50.1.0/24", "x"}).err, HasSubstr("Pool overlaps"));
  const json one = inspected("lecture");
  EXPECT_EQ(one["Driver"], "bridge");
  EXPECT_EQ(one["IPAM"]["Config"][0]["Subnet"], "172.50.0.0/16");
  EXPECT_EQ(one["IPAM"]["Config"][0]["Gateway"], "172.50.0.1");
  EXPECT_EQ(one["Labels"]["of"], "lecture");
  const std::string id = one["Id"];
  EXPECT_EQ(inspected(id.substr(0, 8))["Name"], "lecture");
  EXPECT_EQ(mini({"network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"}).out,
            "bridge bridge local\nhost host local\nlecture bridge local\nnone null local\n");
  EXPECT_EQ(mini({"network", "ls", "-q", "--no-trunc", "-f", "label=of=lecture"}).out, id + "\n");
  EXPECT_EQ(mini({"network", "ls", "-q", "-f", "type=custom", "-f", "driver=macvlan"}).out, "");
  EXPECT_EQ(mini({"network", "inspect", "-f", "{{.Name}} {{.Internal}}", "lecture"}).out, "lecture false\n");
  EXPECT_EQ(mini({"network", "inspect", "nosuch"}).code, 1);
  EXPECT_THAT(mini({"network", "rm", "bridge"}).err, HasSubstr("pre-defined network and cannot be removed"));
  EXPECT_EQ(mini({"network", "rm", "lecture"}).out, "lecture\n");
  EXPECT_EQ(mini({"network", "rm", "lecture"}).code, 1);
  EXPECT_EQ(mini({"network", "rm", "-f", "lecture"}).code, 0);
  EXPECT_THAT(mini({"events", "--since", "1m", "--until", "0s", "--filter", "type=network"}).out,
              ::testing::AllOf(HasSubstr("network create"), HasSubstr("network destroy")));
}

TEST_F(Networks, LetContainersFindEachOtherByNameAndAlias) {
  network({"create", "--subnet", "172.50.0.0/16", "lecture"});
  serve({"--name", "db", "--network", "lecture", "--network-alias", "store", "--ip", "172.50.0.9"},
        "from-db");
  detached({"--name", "asks", "--network", "lecture", "busybox", "sleep", "100"});
  EXPECT_EQ(said("asks", "db"), "from-db\n");
  EXPECT_EQ(said("asks", "store"), "from-db\n");
  const json settings = inspect("db")["NetworkSettings"]["Networks"]["lecture"];
  EXPECT_EQ(settings["IPAddress"], "172.50.0.9");
  EXPECT_EQ(settings["Aliases"][0], "store");
  EXPECT_THAT(mini({"ps", "-f", "network=lecture", "--format", "{{.Names}} {{.Networks}}"}).out,
              HasSubstr("db lecture\n"));
  EXPECT_EQ(inspected("lecture")["Containers"].size(), 2U);
  EXPECT_THAT(mini({"network", "rm", "lecture"}).err, HasSubstr("has active endpoints"));
  detached({"--name", "alone", "busybox", "sleep", "100"});
  EXPECT_EQ(said("alone", "172.50.0.9", false), "") << "the default network is another one";
  EXPECT_NE(mini({"exec", "alone", "timeout", "2", "nslookup", "db"}).code, 0)
      << "and has no names, as in Docker";
}

TEST_F(Networks, AreJoinedAndLeftWhileAContainerRuns) {
  network({"create", "one"});
  network({"create", "two"});
  serve({"--name", "left", "--network", "one"}, "left");
  serve({"--name", "right", "--network", "two"}, "right");
  detached({"--name", "between", "--network", "one", "busybox", "sleep", "100"});
  EXPECT_EQ(said("between", "left"), "left\n");
  EXPECT_EQ(said("between", "right", false), "");
  network({"connect", "--alias", "middle", "two", "between"});
  EXPECT_EQ(said("between", "right"), "right\n");
  EXPECT_EQ(said("between", "left"), "left\n");
  EXPECT_THAT(mini({"exec", "between", "ls", "/sys/class/net"}).out, HasSubstr("eth1"));
  EXPECT_THAT(mini({"network", "connect", "two", "between"}).err, HasSubstr("already exists in network two"));
  network({"disconnect", "two", "between"});
  EXPECT_EQ(said("between", "right", false), "");
  EXPECT_EQ(mini({"network", "disconnect", "two", "between"}).code, 1);
  EXPECT_EQ(mini({"network", "disconnect", "-f", "two", "between"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(Networks, AreChosenForAContainerAtRest) {
  network({"create", "one"});
  created({"--name", "later", "busybox", "sleep", "100"});
  network({"connect", "one", "later"});
  network({"disconnect", "bridge", "later"});
  EXPECT_EQ(mini({"start", "later"}).code, 0);
  EXPECT_EQ(inspect("later")["NetworkSettings"]["Networks"].size(), 1U);
  EXPECT_EQ(inspect("later")["NetworkSettings"]["Networks"]["one"]["Interface"], "eth0");
  EXPECT_EQ(mini({"stop", "-t", "0", "later"}).code, 0);
  EXPECT_THAT(mini({"network", "prune", "-f"}).out, Not(HasSubstr("one")))
      << "a container has it, though at rest";
  EXPECT_EQ(mini({"network", "rm", "one"}).code, 0) << "but none that runs";
  EXPECT_EQ(mini({"start", "later"}).code, 1);
  network({"create", "--label", "old", "unused"});
  network({"create", "kept"});
  EXPECT_EQ(mini({"network", "prune", "-f", "--filter", "label=old"}).out, "Deleted Networks:\nunused\n\n");
}

TEST_F(Networks, PublishRangesRandomPortsAndUdp) {
  network({"create", "one"});
  serve({"--name", "web", "--network", "one", "-p", "80", "-p", "127.0.0.1:18080-18081:80-81"}, "web");
  const std::string random = mini({"port", "web", "80"}).out;
  EXPECT_THAT(random, HasSubstr("127.0.0.1:18080\n"));
  const json ports = inspect("web")["NetworkSettings"]["Ports"];
  EXPECT_EQ(ports["81/tcp"][0]["HostPort"], "18081");
  EXPECT_EQ(at_host("127.0.0.1:18080"), "web\n");
  EXPECT_EQ(at_host("127.0.0.1:" + ports["80/tcp"][0]["HostPort"].get<std::string>()), "web\n");
  // The busybox of Debian has nothing that listens to datagrams; the kernel counts those that find nobody (NoPorts).
  detached({"--name", "dgram", "--network", "one", "-p", "18082:9/udp", "busybox", "sleep", "100"});
  const auto arrived = [&] {
    return mini({"exec", "dgram", "awk", "/^Udp: [0-9]/ {print $3}", "/proc/net/snmp"}).out;
  };
  EXPECT_EQ(arrived(), "0\n");
  e2e::run({"bash", "-c", "echo datagram > /dev/udp/127.0.0.1/18082"});
  EXPECT_TRUE(e2e::eventually([&] { return arrived() == "1\n"; }));
  EXPECT_THAT(mini({"run", "--rm", "--network", "one", "-p", "127.0.0.1:18080:80", "busybox", "true"}).err,
              HasSubstr("already published"));
}

TEST_F(Networks, InternalOnesHaveNoWayOut) {
  network({"create", "--internal", "vault"});
  serve({"--name", "kept", "--network", "vault"}, "kept");
  detached({"--name", "asks", "--network", "vault", "busybox", "sleep", "100"});
  EXPECT_EQ(said("asks", "kept"), "kept\n");
  EXPECT_THAT(mini({"exec", "asks", "ip", "route"}).out, Not(HasSubstr("default")));
  EXPECT_EQ(inspected("vault")["Internal"], true);
  network({"create", "open"});
  network({"connect", "open", "asks"});
  EXPECT_THAT(mini({"exec", "asks", "ip", "route"}).out, HasSubstr("default")) << "the open one leads out";
}

TEST_F(Networks, CanBeAnotherContainersOrNone) {
  serve({"--name", "web"}, "web");
  EXPECT_TRUE(e2e::eventually([&] {
    return run_container({"--rm", "--network", "container:web", "busybox", "wget", "-q", "-O", "-",
                          "http://127.0.0.1/"})
               .out == "web\n";
  }));
  EXPECT_EQ(run_container({"--rm", "--network", "nosuch", "busybox", "true"}).code, 125);
  for (const char* mode : {"none", "host"}) {
    const Result warned = run_container({"--rm", "--network", mode, "-p", "1:1", "busybox", "true"});
    EXPECT_EQ(warned.code, 0);
    EXPECT_THAT(warned.err,
                HasSubstr(std::string("Published ports are discarded when using ") + mode + " network mode"));
  }
  EXPECT_THAT(run_container({"--rm", "--network-alias", "x", "busybox", "true"}).err,
              HasSubstr("user defined networks"));
  network({"create", "one"});
  detached({"--name", "lonely", "--network", "none", "busybox", "sleep", "100"});
  EXPECT_THAT(mini({"network", "connect", "one", "lonely"}).err, HasSubstr("private (none) mode"));
}

TEST_F(Networks, OfAnotherContainerComeWithItsNames) {
  network({"create", "one"});
  detached({"--name", "web", "--hostname", "webhost", "--add-host", "far:10.9.8.7", "--network", "one",
            "busybox", "sleep", "100"});
  const auto files = [&](const std::string& name) {
    return mini({"exec", name, "sh", "-c", "hostname; cat /etc/hosts /etc/resolv.conf /etc/hostname"}).out;
  };
  detached({"--name", "shares", "--network", "container:web", "busybox", "sleep", "100"});
  EXPECT_THAT(files("shares"), ::testing::AllOf(HasSubstr("webhost"), HasSubstr("10.9.8.7\tfar")));
  EXPECT_EQ(files("shares"), files("web"));
  EXPECT_EQ(inspect("shares")["Config"]["Hostname"], "webhost");
  network({"create", "two"});
  network({"connect", "two", "web"});
  EXPECT_EQ(files("shares"), files("web")) << "also what has changed since";
  detached({"--name", "third", "--network", "container:shares", "busybox", "sleep", "100"});
  EXPECT_EQ(files("third"), files("web"));
  for (const auto& [option, value, what] :
       {std::tuple{"--hostname", "x", "hostname and the network mode"},
        std::tuple{"--dns", "10.0.0.1", "dns and the network mode"},
        std::tuple{"--add-host", "a:10.0.0.1", "custom host-to-IP mapping and the network mode"},
        std::tuple{"-p", "80:80", "port publishing and the container type network mode"}}) {
    const Result refused =
        run_container({"--rm", "--network", "container:web", option, value, "busybox", "true"});
    EXPECT_EQ(refused.code, 125);
    EXPECT_THAT(refused.err, HasSubstr(std::string("conflicting options: ") + what));
  }
  EXPECT_THAT(run_container({"--rm", "--network", "container:", "busybox", "true"}).err,
              HasSubstr("invalid container format container:<name|id>"));
  created({"--name", "rests", "busybox", "true"});
  EXPECT_THAT(run_container({"--rm", "--network", "container:rests", "busybox", "true"}).err,
              HasSubstr("cannot join network of a non running container"));
}

TEST_F(Networks, ExplainThemselvesAsCommands) {
  const Result made = mini({"network", "create", "--explain", "--subnet", "172.50.0.0/16", "shown"});
  EXPECT_THAT(made.err, HasSubstr("ip link add br-"));
  EXPECT_THAT(made.err, HasSubstr("ip addr add 172.50.0.1/16"));
  EXPECT_THAT(made.err, HasSubstr("add element ip"));
  detached({"--name", "web", "busybox", "sleep", "100"});
  EXPECT_THAT(mini({"network", "connect", "--explain", "shown", "web"}).err,
              HasSubstr("type veth peer name eth1"));
}

TEST_F(Networks, PluginsMakeThemToo) {
  if (!sys::exists("/usr/lib/cni/bridge")) GTEST_SKIP() << "containernetworking-plugins is not installed";
  const std::string file = root_ + "/plug.json";
  std::ofstream(file) << R"({"cniVersion": "0.4.0", "name": "plug", "type": "bridge", "bridge": "cnie2e0",
      "isGateway": true, "ipam": {"type": "host-local", "subnet": "10.97.0.0/24", "dataDir": ")"
                      << root_ << R"(/leases"}})";
  network({"create", "-d", "cni", "--opt", "config=" + file, "plugged"});
  serve({"--name", "web", "--network", "plugged"}, "web");
  detached({"--name", "asks", "--network", "plugged", "busybox", "sleep", "100"});
  const std::string address = inspect("web")["NetworkSettings"]["Networks"]["plugged"]["IPAddress"];
  EXPECT_THAT(address, HasSubstr("10.97.0."));
  EXPECT_EQ(said("asks", address), "web\n");
  EXPECT_TRUE(sys::exists(root_ + "/leases/plug/" + address));
  mini({"rm", "-f", "web"});
  EXPECT_FALSE(sys::exists(root_ + "/leases/plug/" + address)) << "DEL was called";
  mini({"rm", "-f", "asks"});
  e2e::run({"ip", "link", "delete", "cnie2e0"});
}

// For every call of these kinds, and every k: the command is killed at the k-th, and the next one mends what was left.
TEST_F(Networks, LeaveNothingAtAnyKill) {
  if (e2e::run({"strace", "-qq", "-o", "/dev/null", "true"}).code != 0)
    GTEST_SKIP() << "strace cannot trace here";
  network({"create", "one"});
  const std::vector<std::vector<std::string>> commands = {
      {"network", "create", "two"}, {"run", "--rm", "--network", "one", "-p", "18083:80", "busybox", "true"}};
  int killed = 0;
  for (const auto& words : commands) {
    for (const char* call : {"sendmsg", "rename", "symlinkat", "unlink"}) {
      for (int which = 1;; which += 3) {
        std::vector<std::string> command = {
            "strace",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            std::string("inject=") + call + ":signal=SIGKILL:when=" + std::to_string(which),
            ISOLAB_BIN "/mini-container",
            "--root",
            root_};
        command.insert(command.end(), words.begin(), words.end());
        const Result result = e2e::run(command);
        if (result.code != 128 + SIGKILL) break;
        ++killed;
        EXPECT_EQ(mini({"ps"}).code, 0);
        mini({"network", "rm", "-f", "two"});
        EXPECT_EQ(leaks(), "") << call << " " << which << " of " << words[0] << " " << words[1];
      }
      mini({"network", "rm", "-f", "two"});
    }
  }
  EXPECT_GT(killed, 10);
}

}  // namespace
