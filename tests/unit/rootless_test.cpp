// What an ordinary user's engine decides without a kernel: which ids, which helper's command line, which document.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mini-container/engine/bundle.h"
#include "mini-container/engine/subordinate_ids.h"
#include "mini-container/network/user_network.h"

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

TEST(SubordinateIds, AreThoseOfTheNameAndOfTheNumber) {
  const std::string file = "eva:100000:65536\nivo:200000:65536\n1000:300000:10\neva:5:0\nbroken\neva:x:1\n";
  const auto ranges = engine::subordinate_ids(file, "eva", 1000);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0].first, 100000U);
  EXPECT_EQ(ranges[1].count, 10U);
  EXPECT_THAT(engine::subordinate_ids(file, "ada", 7), IsEmpty());
  // Nobody's name is no name.
  EXPECT_THAT(engine::subordinate_ids(":1:1\n", "", 7), IsEmpty());
}

TEST(SubordinateIds, AreMappedOneAfterTheOtherBehindTheOwn) {
  EXPECT_THAT(engine::map_arguments(42, 1000, {{100000, 10}, {300000, 5}}),
              ElementsAre("42", "0", "1000", "1", "1", "100000", "10", "11", "300000", "5"));
}

TEST(SubordinateIds, TheUserIsFoundByNumber) {
  const std::string passwd = "root:x:0:0::/root:/bin/sh\neva:x:1000:1000::/home/eva:/bin/sh\n";
  EXPECT_EQ(engine::name_of_user(passwd, 1000), "eva");
  EXPECT_EQ(engine::name_of_user(passwd, 1001), "");
}

TEST(UserNetwork, PortsBecomeOptionsOfPasta) {
  network::UserNetwork own;
  own.directory = "/c";
  own.ports = {network::parse_port("127.0.0.1:8080:80"), network::parse_port("53:5353/udp")};
  const auto command = network::pasta_command(own);
  EXPECT_THAT(command, IsSupersetOf({"127.0.0.1/8080:80", "53:5353", "/c/network.pid", "--no-map-gw"}));
  own.ports.clear();
  const auto closed = network::pasta_command(own);
  // Nothing of pasta's own choice: without these it opens what the container listens on.
  EXPECT_EQ(std::count(closed.begin(), closed.end(), "none"), 4);
}

TEST(UserNetwork, PortsBecomeRequestsToSlirp) {
  const auto request = nlohmann::json::parse(network::slirp_request(network::parse_port("8080:80")));
  EXPECT_EQ(request["execute"], "add_hostfwd");
  EXPECT_EQ(request["arguments"]["host_addr"], "0.0.0.0");
  EXPECT_EQ(request["arguments"]["host_port"], 8080);
  EXPECT_EQ(request["arguments"]["guest_port"], 80);
}

nlohmann::json document_with(const std::vector<sys::IdRange>& ids) {
  engine::Container container;
  container.settings.args = {"true"};
  engine::BundleRequest request{container, {}, "/c", "/mini-container/x", {}, ""};
  request.ids.users = request.ids.groups = ids;
  return nlohmann::json::parse(engine::bundle_config(request));
}

TEST(UserBundle, HasAUserNamespaceWithTheSameIds) {
  const auto linux = document_with({{0, 1}, {1, 65536}})["linux"];
  EXPECT_THAT(linux["namespaces"], testing::Contains(nlohmann::json{{"type", "user"}}));
  ASSERT_EQ(linux["uidMappings"].size(), 2U);
  EXPECT_EQ(linux["uidMappings"][1]["size"], 65536);
  EXPECT_EQ(linux["gidMappings"][1]["hostID"], 1);
  EXPECT_EQ(linux["cgroupsPath"], "mini-container/x");
  EXPECT_FALSE(document_with({})["linux"].contains("uidMappings"));
}

TEST(UserBundle, WithASingleIdItsTerminalsBelongToNoOtherGroup) {
  EXPECT_EQ(document_with({{0, 1}})["mounts"].dump().find("gid=5"), std::string::npos);
  EXPECT_NE(document_with({{0, 1}, {1, 65536}})["mounts"].dump().find("gid=5"), std::string::npos);
}

}  // namespace
