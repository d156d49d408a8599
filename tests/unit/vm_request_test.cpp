// What a user asks of a VM, as values: ports, the command, and the file that `start` reads it back from.
#include <gmock/gmock.h>

#include "vm-launcher/domain/network.h"
#include "vm-launcher/launch/network.h"
#include "vm-launcher/launch/own_system.h"
#include "vm-launcher/launch/run.h"

namespace {

TEST(VmPorts, AreReadAsDockersAndShownSo) {
  for (const auto& [text, shown] :
       std::vector<std::pair<const char*, const char*>>{{"8080:80", "0.0.0.0:8080->80/tcp"},
                                                        {"127.0.0.1:8080:80/tcp", "127.0.0.1:8080->80/tcp"},
                                                        {"53:5353/udp", "0.0.0.0:53->5353/udp"}})
    EXPECT_EQ(vm::to_string(vm::parse_port(text)), shown);
  // Nothing gets among the commas of QEMU's option.
  for (const char* text : {"", "80", ":80", "80:", "0:80", "65536:80", "1:2:3:4", "80:80/sctp", "1.2.3:8:8",
                           "a,b:80:80", "8080:80,guestfwd=x"})
    EXPECT_THROW(vm::parse_port(text), std::runtime_error) << text;
  EXPECT_EQ(vm::netdev_option({vm::parse_port("8080:80"), vm::parse_port("127.0.0.1:53:53/udp")}),
            "user,id=net0,hostfwd=tcp::8080-:80,hostfwd=udp:127.0.0.1:53-:53");
}

TEST(VmPorts, OnABridgeAreAskedForInTheEnginesWords) {
  EXPECT_EQ(vm::published_by({vm::parse_port("8080:80"), vm::parse_port("127.0.0.1:53:5353/udp")}),
            (std::vector<std::string>{"8080:80/tcp", "127.0.0.1:53:5353/udp"}));
  const vm::BridgePort port = vm::parse_port_answer(
      R"({"Link": "mc1", "MacAddress": "02:00:00:00:00:01", "Mtu": 1450, "IPAddress": "172.30.0.2",
          "IPPrefixLen": 24, "Gateway": "", "ResolvConf": "nameserver 172.30.0.1\n"})");
  EXPECT_EQ(port.prefix, 24U);
  EXPECT_EQ(port.resolv_conf, "nameserver 172.30.0.1\n");
  EXPECT_EQ(vm::network_order({}).gateway, vm::kGateway);
  for (const char* text : {"", "{}", "[]", R"({"Link": 1})"})
    EXPECT_THROW(vm::parse_port_answer(text), std::runtime_error) << text;
}

TEST(VmShares, AreReadAsDockersWithAnyCharacterInTheFolder) {
  const vm::ShareSpec plain = vm::parse_share("/srv:/data");
  EXPECT_EQ(plain.folder, "/srv");
  EXPECT_EQ(plain.mount_point, "/data");
  EXPECT_FALSE(plain.read_only);
  const vm::ShareSpec odd = vm::parse_share("./a:/b, c=\"d\":/data/x:ro");
  EXPECT_EQ(odd.folder, "./a:/b, c=\"d\"");
  EXPECT_EQ(odd.mount_point, "/data/x");
  EXPECT_TRUE(odd.read_only);
  for (const char* text : {"", ":", "/srv", "/srv:", ":/data", "volume:/data", "/srv:data", "/srv:/",
                           "/srv:/a/../..", "ro", "/srv:ro"})
    EXPECT_THROW(vm::parse_share(text), std::runtime_error) << text;
  EXPECT_THROW(vm::check_together(std::vector<vm::ShareSpec>{plain, plain}), std::runtime_error);
  EXPECT_THROW(vm::check_together(std::vector<vm::ShareSpec>(5)), std::runtime_error);
}

TEST(VmRequest, SurvivesItsFileAndGarbageIsRefused) {
  vm::RunRequest request;
  request.source.tar = "root.tar";
  request.name = "web";
  request.profile = vm::Profile::devices;
  request.environment = {"A=b c"};
  request.command = {"sh", "-c", "a \"b\""};
  request.disks = {vm::parse_disk("/data.raw:/data:ro"), vm::parse_scratch("8m")};
  request.shares = {vm::parse_share("/srv:/data:ro")};
  request.network = "user";
  request.ports = {vm::parse_port("8080:80")};
  request.remove = true;
  const vm::RunRequest copy = vm::parse_request(vm::to_json(request));
  EXPECT_EQ(vm::to_json(copy), vm::to_json(request));
  EXPECT_EQ(copy.command, request.command);
  EXPECT_EQ(copy.disks.at(0).mount_point, "/data");
  EXPECT_EQ(copy.ports.at(0).guest, 80);
  EXPECT_THAT(copy.source.tar, testing::StartsWith("/")) << "start may be called from elsewhere";
  for (const char* text : {"", "{}", "[]", R"({"command": 1})"})
    EXPECT_THROW(vm::parse_request(text), std::runtime_error) << text;
}

// What run refuses of a disk that boots by itself, by a word of the reason; "" if nothing.
std::string refusal(const std::function<void(vm::RunRequest&)>& change) {
  vm::RunRequest request;
  request.disks = {vm::parse_disk("debian.qcow2")};
  change(request);
  try {
    vm::check_own_system(request);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST(VmOwnSystemRequest, IsADiskWithoutAnImageAndTakesNothingThatNeedsGuestInit) {
  vm::RunRequest with_image;
  with_image.disks = {vm::parse_disk("debian.qcow2")};
  EXPECT_TRUE(with_image.own_system());
  with_image.source.image = "busybox";
  EXPECT_FALSE(with_image.own_system());
  using testing::HasSubstr;
  EXPECT_EQ(refusal([](auto& it) { it.profile = vm::Profile::compat; }), "");
  EXPECT_THAT(refusal([](auto& it) { it.command = {"true"}; }), HasSubstr("use --cloud-init"));
  EXPECT_THAT(refusal([](auto& it) { it.user = "root"; }), HasSubstr("no command"));
  EXPECT_THAT(refusal([](auto& it) { it.kernel = "vmlinux"; }), HasSubstr("--kernel"));
  EXPECT_THAT(refusal([](auto& it) { it.profile = vm::Profile::tiny; }), HasSubstr("only compat"));
  EXPECT_THAT(refusal([](auto& it) { it.warmth = vm::Warmth::warm; }), HasSubstr("--warm"));
  EXPECT_THAT(refusal([](auto& it) { it.shares = {vm::parse_share("/srv:/data")}; }),
              HasSubstr("no guest-init"));
  EXPECT_THAT(refusal([](auto& it) { it.network = "lecture"; }), HasSubstr("--network lecture"));
  EXPECT_THAT(refusal([](auto& it) { it.disks = {vm::parse_disk("a:/data")}; }), HasSubstr("/etc/fstab"));
  EXPECT_THAT(refusal([](auto& it) { it.disks = {vm::parse_scratch("8m")}; }), HasSubstr("no loader"));
}

TEST(VmCommand, OfExecHasWhatTheVmsOwnHasUnlessTold) {
  const vm::protocol::Command main = vm::command_for({{"A=1"}, "/srv", "user", {"sleep"}}, {}, "web");
  EXPECT_EQ(main.hostname, "web");
  const vm::protocol::Command plain = vm::command_beside({{}, {}, {}, {"ps"}}, main);
  EXPECT_EQ(plain.environment, main.environment);
  EXPECT_EQ(plain.directory, "/srv");
  EXPECT_EQ(plain.user, "user");
  const vm::protocol::Command told = vm::command_beside({{"A=2"}, "/", "root", {"ps"}}, main);
  EXPECT_THAT(told.environment, testing::Contains("A=2"));
  EXPECT_THAT(told.environment, testing::Not(testing::Contains("A=1")));
  EXPECT_EQ(told.directory, "/");
  EXPECT_EQ(told.user, "root");
}

}  // namespace
