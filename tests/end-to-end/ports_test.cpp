// Ports: which are published, which are only told, and which belong to somebody else already.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include "base/sys/fd.h"
#include "tests/end-to-end/networks_fixture.h"

namespace {

using e2e::Networks;
using ::testing::HasSubstr;

// Rules of nftables come before sockets: whoever listens there already would hear nothing any more.
TEST_F(Networks, APortThatAProgramOfTheHostListensAtIsNotPublished) {
  const sys::UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener.get(), generic, length), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  ASSERT_EQ(::getsockname(listener.get(), generic, &length), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const auto publish = [&](const std::string& typed) {
    return run_container({"--rm", "-p", typed, "busybox", "true"});
  };
  EXPECT_THAT(publish(port + ":80").err, HasSubstr("bind: address already in use"));
  EXPECT_THAT(publish("127.0.0.1:" + port + ":80").err, HasSubstr("listen tcp4 127.0.0.1:" + port));
  EXPECT_EQ(publish("127.0.0.2:" + port + ":80").code, 0) << "another address of the host";
  EXPECT_EQ(publish(port + ":80/udp").code, 0);
  EXPECT_EQ(leaks(), "");
}

// -P, and what is only told: an image's EXPOSE, which ps shows as well.
TEST_F(Networks, ExposedPortsAreShownAndPublishedTogether) {
  const std::string shown[] = {"ps", "-a", "--format", "{{.Ports}}", "-f"};
  const auto ports = [&](const std::string& name) {
    return mini({shown[0], shown[1], shown[2], shown[3], shown[4], "name=" + name}).out;
  };
  detached({"--name", "closed", "--expose", "8000-8001", "busybox", "sleep", "100"});
  EXPECT_EQ(ports("closed"), "8000/tcp, 8001/tcp\n");
  EXPECT_EQ(mini({"port", "closed"}).out, "");
  mini({"commit", "-c", "EXPOSE 80", "closed", "web"});
  detached({"--name", "open", "-P", "--expose", "53/udp", "web", "httpd", "-f", "-p", "80", "-h", "/etc"});
  EXPECT_THAT(mini({"port", "open", "53/udp"}).out, HasSubstr("0.0.0.0:"));
  const std::string place = mini({"port", "open", "80"}).out;
  EXPECT_THAT(place, HasSubstr("0.0.0.0:"));
  EXPECT_TRUE(e2e::eventually([&] {
    return e2e::run({"curl", "-s", "http://" + place.substr(0, place.size() - 1) + "/hostname"}).out ==
           mini({"exec", "open", "hostname"}).out;
  }));
  EXPECT_EQ(inspect("open")["Config"]["ExposedPorts"].size(), 2U) << "the image's and its own";
}

}  // namespace
