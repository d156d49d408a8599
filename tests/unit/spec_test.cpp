// config.json: what is read and what is left alone. malformed_test.cpp has how what is wrong is named.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mini-container/runtime/spec/default_config.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/state.h"
#include "mini-container/runtime/spec/validate.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

json valid() {
  return json::parse(spec::default_config(false, 0, 0));
}

TEST(Document, TheDefaultOneIsValid) {
  const spec::Config config = spec::parse_config(spec::default_config(false, 0, 0));
  EXPECT_NO_THROW(spec::validate(config));
  EXPECT_EQ(config.linux.namespaces.size(), 6U);
  EXPECT_NO_THROW(spec::validate(spec::parse_config(spec::default_config(true, 1000, 1000))));
}

// A container that shares the host's mounts.
json without_mounts() {
  json document = valid();
  auto& spaces = document["linux"]["namespaces"];
  for (std::size_t i = 0; i < spaces.size(); ++i)
    if (spaces[i]["type"] == "mount") spaces.erase(i);
  document["root"]["readonly"] = false;
  document["process"]["terminal"] = false;
  document["linux"].erase("maskedPaths");
  document["linux"].erase("readonlyPaths");
  return document;
}

TEST(Document, WithoutAMountNamespaceWhatOnlyAMountCanDoIsRefused) {
  EXPECT_NO_THROW(spec::validate(spec::parse_config(without_mounts().dump())));
  const struct {
    const char* pointer;
    const char* value;
    const char* member;
  } kAsked[] = {
      {"/mounts/-", R"({"destination": "/data", "source": "/srv", "options": ["bind"]})", "mounts[7]: "},
      {"/mounts/-", R"({"destination": "/proc", "type": "proc", "options": ["rbind"]})", "mounts[7]: "},
      {"/mounts/-", R"({"destination": "/data", "type": "ext4", "source": "/dev/vda"})", "mounts[7]: "},
      {"/root/readonly", "true", "root.readonly: "},
      {"/process/terminal", "true", "process.terminal: "},
      {"/linux/maskedPaths", R"(["/proc/kcore"])", "linux.maskedPaths: "},
      {"/linux/readonlyPaths", R"(["/proc/sys"])", "linux.readonlyPaths: "},
      {"/linux/rootfsPropagation", R"("shared")", "linux.rootfsPropagation: "},
      {"/linux/sysctl", R"({"net.ipv4.ip_forward": "1"})", "linux.sysctl: "},
      {"/linux/namespaces/-", R"({"type": "user", "path": "/proc/1/ns/user"})", "linux.namespaces: "},
  };
  for (const auto& asked : kAsked) {
    json document = without_mounts();
    document[json::json_pointer(asked.pointer)] = json::parse(asked.value);
    try {
      spec::validate(spec::parse_config(document.dump()));
      ADD_FAILURE() << asked.value << " was accepted";
    } catch (const spec::Invalid& refused) {
      EXPECT_THAT(refused.what(), StartsWith(asked.member));
    }
  }
}

TEST(Document, UnknownMembersAndNullsAreIgnored) {
  json document = valid();
  document["frobnicate"] = {{"deep", 1}};
  document["process"]["unheardOf"] = true;
  document["linux"]["resources"]["blockIO"] = {{"weight", 0}};
  document["hooks"] = nullptr;
  EXPECT_NO_THROW(spec::validate(spec::parse_config(document.dump())));
}

TEST(Document, AllProblemsAreNamedAtOnce) {
  json document = valid();
  document["process"]["cwd"] = "here";
  document["mounts"][0]["destination"] = "there";
  try {
    spec::validate(spec::parse_config(document.dump()));
    FAIL();
  } catch (const spec::Invalid& refused) {
    EXPECT_THAT(refused.what(), StartsWith("process.cwd: "));
    EXPECT_THAT(refused.what(), HasSubstr("; also mounts[0].destination"));
  }
}

// Podman's --privileged lists every device of the host, and its reader of errors takes a few kilobytes.
TEST(Document, ManyProblemsAreCounted) {
  json document = valid();
  for (int i = 0; i < 100; ++i)
    document["linux"]["devices"].push_back(
        {{"path", "/dev/x"}, {"type", "c"}, {"major", 1}, {"minor", 3}, {"fileMode", 0777777}});
  try {
    spec::validate(spec::parse_config(document.dump()));
    FAIL();
  } catch (const spec::Invalid& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("linux.devices[7].fileMode"));
    EXPECT_THAT(refused.what(), testing::EndsWith("; and 92 more"));
  }
}

TEST(Document, AFileModeMayCarryTheFileType) {
  json document = valid();
  document["linux"]["devices"] = {
      {{"path", "/dev/x"}, {"type", "c"}, {"major", 1}, {"minor", 3}, {"fileMode", 020666}}};
  EXPECT_NO_THROW(spec::validate(spec::parse_config(document.dump())));
}

TEST(Document, WhatIsNoJsonOrTooDeepNeverCrashes) {
  for (const std::string text :
       {"", "{", "[]", "nul", "{\"a\":}", "\xff\xfe", "{\"ociVersion\":\"1.0\"} x"}) {
    EXPECT_THROW(spec::parse_config(text), spec::Invalid) << text;
  }
  EXPECT_THROW(spec::parse_config(std::string(100000, '[')), spec::Invalid);
  EXPECT_THROW(spec::parse_config(std::string(9 << 20, ' ')), spec::Invalid);
}

TEST(Document, EveryTruncationIsRefused) {
  const std::string whole = valid().dump();
  for (std::size_t length = 0; length < whole.size(); length += 7)
    EXPECT_THROW(spec::parse_config(whole.substr(0, length)), spec::Invalid) << length;
}

TEST(State, SurvivesItsFile) {
  spec::State state;
  state.oci_version = "1.2.0";
  state.id = "box";
  state.bundle = "/bundles/b\"x";
  state.rootfs = "/r";
  state.created = "2026-01-01T00:00:00Z";
  state.annotations = {{"a", "b"}};
  state.cgroups = {{"memory", "/sys/fs/cgroup/memory/x"}};
  state.own_pid_namespace = true;
  const spec::State again = spec::parse_state(spec::to_json(state));
  EXPECT_EQ(spec::to_json(again), spec::to_json(state));
  EXPECT_EQ(again.cgroups.at(0).path, "/sys/fs/cgroup/memory/x");
}

TEST(State, ShowsNoPidOfAStoppedContainer) {
  spec::State state;
  state.pid = 4711;
  EXPECT_EQ(json::parse(spec::to_oci_json(state, spec::Status::running)).at("pid"), 4711);
  EXPECT_EQ(json::parse(spec::to_oci_json(state, spec::Status::stopped)).at("pid"), 0);
}

}  // namespace
