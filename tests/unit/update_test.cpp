// `update` without a kernel: how a document changes, which groups are missing, and in which order files are written.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mini-container/runtime/cgroup/update.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/update.h"

namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kDocument[] = R"({"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "linux": {
  "namespaces": [{"type": "mount"}],
  "resources": {"devices": [{"allow": false, "access": "rwm"}],
                "memory": {"limit": 1000, "swap": 2000}, "cpu": {"shares": 512}}}})";

json resources_after(const std::string& update) {
  return json::parse(spec::with_resources(kDocument, update).text).at("linux").at("resources");
}

std::string refusal(const std::string& update) {
  try {
    spec::with_resources(kDocument, update);
  } catch (const spec::Invalid& error) {
    return error.what();
  }
  return "accepted";
}

TEST(UpdatedDocument, OnlyWhatIsNamedChanges) {
  const json after = resources_after(R"({"cpu": {"quota": 5}, "pids": {"limit": 7}})");
  EXPECT_EQ(after.at("cpu"), json::parse(R"({"shares": 512, "quota": 5})"));
  EXPECT_EQ(after.at("pids").at("limit"), 7);
  EXPECT_EQ(after.at("memory").at("limit"), 1000);
}

TEST(UpdatedDocument, ZerosEmptyTextAndNullAskForNothing) {
  const auto update =
      R"({"cpu": {"shares": 0, "cpus": "", "quota": null}, "memory": {"limit": 0}, "blockIO": {"weight": 0}})";
  EXPECT_EQ(resources_after(update), json::parse(kDocument).at("linux").at("resources"));
  EXPECT_THAT(spec::with_resources(kDocument, update).sections, IsEmpty());
}

TEST(UpdatedDocument, ZeroWhereItMeansSomethingIsKept) {
  EXPECT_EQ(resources_after(R"({"cpu": {"idle": 0, "burst": 0}})").at("cpu").at("burst"), 0);
}

TEST(UpdatedDocument, NoLimitOnMemoryLiftsTheOneOnSwap) {
  EXPECT_EQ(resources_after(R"({"memory": {"limit": -1}})").at("memory").at("swap"), -1);
  EXPECT_EQ(resources_after(R"({"memory": {"limit": 1500}})").at("memory").at("swap"), 2000);
}

TEST(UpdatedDocument, RefusalsNameThePlace) {
  EXPECT_THAT(refusal(R"({"cpu": {"shares": "many"}})"), HasSubstr("linux.resources.cpu.shares: expected"));
  EXPECT_THAT(refusal(R"({"cpu": 7})"), HasSubstr("linux.resources.cpu: expected an object, got 7"));
  EXPECT_THAT(refusal("7"), HasSubstr("linux.resources: expected an object"));
  EXPECT_THAT(refusal("{"), HasSubstr("resources: is not JSON"));
  EXPECT_THAT(refusal(R"({"devices": []})"), HasSubstr("accepted"));
  EXPECT_THAT(refusal(R"({"devices": [{"allow": true, "access": "r"}]})"),
              HasSubstr("linux.resources.devices"));
  EXPECT_EQ(refusal(R"({"devices": [{"allow": false, "access": "rwm"}]})"), "accepted");
}

TEST(UpdateFlags, BecomeADocument) {
  const auto text = spec::resources_document({{"memory.limit", "64m"},
                                              {"memory.swap", "-1"},
                                              {"memory.reservation", "2GiB"},
                                              {"cpu.cpus", "0"},
                                              {"cpu.shares", "12x"},
                                              {"pids.limit", "7"}});
  EXPECT_EQ(json::parse(text),
            json::parse(R"({"memory": {"limit": 67108864, "swap": -1, "reservation": 2147483648},
    "cpu": {"cpus": "0", "shares": "12x"}, "pids": {"limit": 7}})"));
}

TEST(UpdateFlags, ANumberThatOverflowsStaysTextAndIsRefused) {
  EXPECT_EQ(json::parse(spec::resources_document({{"memory.limit", "9000000000g"}})).at("memory").at("limit"),
            "9000000000g");
}

cgroup::Layout v1() {
  return cgroup::parse_layout(
      "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n"
      "36 31 0:33 / /cg/pids rw - cgroup cgroup rw,pids\n"
      "37 31 0:34 / /cg/freezer rw - cgroup cgroup rw,freezer\n",
      "4:memory:/\n", "");
}
cgroup::Layout v2() {
  return cgroup::parse_layout("30 25 0:26 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", "cpu memory pids\n");
}

std::vector<std::string> writes(const cgroup::Update& update) {
  std::vector<std::string> all;
  for (const auto& setting : update.settings)
    all.push_back(setting.file + " " + setting.value);
  return all;
}
std::vector<std::string> missing(const cgroup::Update& update) {
  std::vector<std::string> all;
  for (const auto& directory : update.missing)
    all.push_back(directory.path);
  return all;
}

TEST(UpdatePlan, GrowingMemoryRaisesSwapFirstAndShrinkingLowersItLast) {
  spec::Resources resources;
  resources.memory.limit = 100;
  resources.memory.swap = 200;
  const std::vector<cgroup::Placement> present = {{"memory", "/cg/memory/a/b"}};
  EXPECT_THAT(writes(cgroup::plan_update(v1(), present, resources, {"memory"}, 50)),
              ElementsAre("memory.memsw.limit_in_bytes 200", "memory.limit_in_bytes 100"));
  EXPECT_THAT(writes(cgroup::plan_update(v1(), present, resources, {"memory"}, 500)),
              ElementsAre("memory.limit_in_bytes 100", "memory.memsw.limit_in_bytes 200"));
}

TEST(UpdatePlan, OnlySectionsThatWereAskedForAreWritten) {
  spec::Resources resources;
  resources.memory.limit = 100;
  resources.pids.limit = 3;
  const std::vector<cgroup::Placement> present = {{"memory", "/cg/memory/a/b"}};
  const auto update = cgroup::plan_update(v1(), present, resources, {"pids"}, 100);
  EXPECT_THAT(writes(update), ElementsAre("pids.max 3"));
  EXPECT_THAT(missing(update), ElementsAre("/cg/pids/a/b"));
  EXPECT_EQ(cgroup::placements_after(update, present).back().path, "/cg/pids/a/b");
}

TEST(UpdatePlan, V2EnablesControllersInTheGroupThatIsThere) {
  spec::Resources resources;
  resources.memory.limit = 100;
  resources.memory.swap = 150;
  const std::vector<cgroup::Placement> present = {{"unified", "/cg/a"}};
  const auto update = cgroup::plan_update(v2(), present, resources, {"memory"}, std::nullopt);
  EXPECT_THAT(writes(update), ElementsAre("memory.max 100", "memory.swap.max 50"));
  ASSERT_THAT(missing(update), ElementsAre("/cg/a"));
  EXPECT_THAT(update.missing.front().enable, ElementsAre("memory"));
  EXPECT_EQ(cgroup::placements_after(update, present).size(), 1U);
}

TEST(UpdatePlan, AContainerWithoutGroupsIsRefused) {
  EXPECT_THROW(cgroup::plan_update(v1(), {}, {}, {"pids"}, std::nullopt), spec::Invalid);
}

}  // namespace
