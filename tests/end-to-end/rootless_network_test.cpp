// The network of an ordinary user's containers, through pasta or slirp4netns. Reads: docs/decisions/0028-rootless.md.
#include <gmock/gmock.h>

#include <csignal>

#include "base/sys/file.h"
#include "tests/end-to-end/ordinary_user.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;

class UserEngineNetwork : public e2e::OrdinaryUser {
 protected:
  UserEngineNetwork() { with_network_ = true; }
  void SetUp() override {
    OrdinaryUser::SetUp();
    if (IsSkipped()) return;
    if (!sys::exists("/dev/net/tun")) GTEST_SKIP() << "no /dev/net/tun: the kernel has no tap devices";
    // A route that leads nowhere, and a server on an address that only this namespace has.
    const Result made = as_root(
        "ip link add out type veth peer name nowhere && ip address add 198.51.100.2/24 dev out && ip link "
        "set out up && "
        "ip link set nowhere up && ip link set lo up && ip route add default via 198.51.100.1 && ip address "
        "add "
        "203.0.113.5/32 dev lo && mkdir -p " +
        home_ + "/www && echo found > " + home_ + "/www/word");
    ASSERT_EQ(made.code, 0) << made.err;
    server_ =
        sys::spawn(user_command({"busybox", "httpd", "-f", "-p", "203.0.113.5:8000", "-h", home_ + "/www"}));
  }
  void TearDown() override {
    if (server_) {
      server_.kill(SIGKILL);
      server_.wait();
    }
    OrdinaryUser::TearDown();
  }
  // With only these of the programs that connect a container.
  void use_only(const std::string& helper) {
    path_ = home_ + "/tools";
    ASSERT_EQ(as_root("mkdir " + path_ + " && cd " + path_ + " && for name in " + helper +
                      " newuidmap newgidmap busybox cp ps; do ln -s $(command -v $name) .; done")
                  .code,
              0);
  }
  // WHY timeout(1): busybox's wget crashes with a timeout of its own, where it is linked statically.
  static std::vector<std::string> fetch(const std::string& url) {
    return {"timeout", "5", "wget", "-q", "-O", "-", url};
  }
  Result fetch_on_host(const std::string& url) const {
    return as_root("timeout 5 busybox wget -q -O - " + url);
  }
  Result in(std::vector<std::string> arguments, const std::vector<std::string>& command) const {
    arguments.insert(arguments.end(), command.begin(), command.end());
    return mini(arguments);
  }
  void expect_out_and_in() {
    const Result out = in({"run", "--rm", "busybox"}, fetch("http://203.0.113.5:8000/word"));
    EXPECT_EQ(out.out, "found\n") << out.err;
    const Result web = mini({"run", "-d", "--name", "web", "-p", "127.0.0.1:18080:80", "busybox", "sh", "-c",
                             "echo served > /tmp/page; exec httpd -f -p 80 -h /tmp"});
    ASSERT_EQ(web.code, 0) << web.err;
    const std::string page = "http://127.0.0.1:18080/page";
    EXPECT_TRUE(e2e::eventually([&] { return fetch_on_host(page).out == "served\n"; }));
    const Result taken = mini({"run", "--rm", "-p", "127.0.0.1:18080:80", "busybox", "true"});
    EXPECT_EQ(taken.code, 125) << "a port that is in use";
    // The host's own loopback is not lent, by no name that it might have in the container.
    ASSERT_EQ(as_root("busybox httpd -p 127.0.0.1:8001 -h " + home_ + "/www").code, 0);
    for (const char* address : {"127.0.0.1", "198.51.100.1", "198.51.100.2", "10.0.2.2"}) {
      EXPECT_NE(in({"exec", "web"},
                   {"timeout", "1", "wget", "-q", "-O", "-", std::string("http://") + address + ":8001/word"})
                    .out,
                "found\n")
          << address;
    }
    as_root("kill $(pgrep -f 'httpd -p 127.0.0.1:8001')");
    EXPECT_EQ(mini({"rm", "-f", "web"}).code, 0);
    EXPECT_NE(fetch_on_host(page).code, 0);
    expect_datagrams_in();
  }
  void expect_datagrams_in() {
    const Result ear =
        mini({"run", "-d", "--name", "ear", "-p", "127.0.0.1:18081:81/udp", "busybox", "sleep", "100"});
    ASSERT_EQ(ear.code, 0) << ear.err;
    // Nobody listens: the kernel counts what came for no port.
    const auto counted = [&] {
      return mini({"exec", "ear", "awk", "/^Udp: [0-9]/ {print $3}", "/proc/net/snmp"}).out;
    };
    const std::string before = counted();
    EXPECT_TRUE(e2e::eventually([&] {
      as_root("bash -c 'echo datagram > /dev/udp/127.0.0.1/18081'");
      return counted() != before;
    }));
    EXPECT_EQ(mini({"rm", "-f", "ear"}).code, 0);
  }
  sys::Child server_;
};

TEST_F(UserEngineNetwork, LeadsOutAndInThroughPasta) {
  if (e2e::run({"sh", "-c", "command -v pasta"}).code != 0)
    GTEST_SKIP() << "pasta is not installed: package passt";
  use_only("pasta");
  expect_out_and_in();
}

TEST_F(UserEngineNetwork, LeadsOutAndInThroughSlirp4netns) {
  if (e2e::run({"sh", "-c", "command -v slirp4netns"}).code != 0)
    GTEST_SKIP() << "slirp4netns is not installed";
  use_only("slirp4netns");
  expect_out_and_in();
}

TEST_F(UserEngineNetwork, WithoutAHelperIsALoopbackAndANote) {
  use_only("");
  const Result alone = mini({"run", "--rm", "busybox", "ls", "/sys/class/net"});
  EXPECT_EQ(alone.out, "lo\n");
  EXPECT_THAT(alone.err, HasSubstr("neither pasta (package passt) nor slirp4netns"));
  const Result published = mini({"run", "--rm", "-p", "18080:80", "busybox", "true"});
  EXPECT_EQ(published.code, 125);
  EXPECT_THAT(published.err, HasSubstr("leave out -p"));
}

}  // namespace
