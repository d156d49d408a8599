// config.json: what is read, and how what is wrong is named. The table is the specification of the messages.
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

// A change to the valid document, as a JSON pointer and a value, and what the refusal must say.
struct Malformed {
  const char* pointer;
  const char* value;  // JSON; null removes
  const char* begins;
  const char* says;
};

const Malformed kMalformed[] = {
    {"/ociVersion", "null", "ociVersion", "is missing"},
    {"/ociVersion", "1", "ociVersion", "expected a string, got 1"},
    {"/ociVersion", "\"2.0.0\"", "ociVersion", "not a version"},
    {"/ociVersion", "\"one\"", "ociVersion", "not a version"},
    {"/root", "null", "root", "is missing"},
    {"/root", "[]", "root", "expected an object"},
    {"/root/path", "null", "root.path", "is missing"},
    {"/root/path", "\"\"", "root.path", "is empty"},
    {"/root/path", "7", "root.path", "expected a string"},
    {"/root/readonly", "\"yes\"", "root.readonly", "expected true or false, got \"yes\""},
    {"/process", "[]", "process", "expected an object"},
    {"/process/args", "null", "process.args", "is empty"},
    {"/process/args", "[]", "process.args", "no program to run"},
    {"/process/args", "[\"\"]", "process.args[0]", "is empty"},
    {"/process/args", "[1]", "process.args[0]", "expected a string, got 1"},
    {"/process/args", "\"sh\"", "process.args", "expected an array"},
    {"/process/args", "[\"a\\u0000b\"]", "process.args[0]", "NUL"},
    {"/process/cwd", "null", "process.cwd", "is missing"},
    {"/process/cwd", "\"tmp\"", "process.cwd", "not an absolute path"},
    {"/process/env", "[\"PATH\"]", "process.env[0]", "Write NAME=value"},
    {"/process/env", "[\"A=1\", \"=2\"]", "process.env[1]", "no name and value"},
    {"/process/terminal", "1", "process.terminal", "expected true or false"},
    {"/process/user/uid", "-1", "process.user.uid", "expected an unsigned integer, got -1"},
    {"/process/user/uid", "4294967296", "process.user.uid", "at most 4294967295"},
    {"/process/user/uid", "1.5", "process.user.uid", "expected an unsigned integer, got 1.5"},
    {"/process/user/umask", "512", "process.user.umask", "above 0777"},
    {"/process/user/additionalGids", "[\"audio\"]", "process.user.additionalGids[0]", "\"audio\""},
    {"/process/oomScoreAdj", "1001", "process.oomScoreAdj", "-1000 to 1000"},
    {"/process/oomScoreAdj", "99999999999", "process.oomScoreAdj", "2147483647"},
    {"/process/rlimits", "[{\"type\":\"RLIMIT_FOO\",\"soft\":1,\"hard\":1}]", "process.rlimits[0].type",
     "not a resource limit"},
    {"/process/rlimits", "[{\"type\":\"RLIMIT_CORE\",\"soft\":2,\"hard\":1}]", "process.rlimits[0].soft",
     "above the hard limit"},
    {"/process/rlimits",
     "[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]",
     "process.rlimits[1].type", "appears twice"},
    {"/process/rlimits", "[{\"type\":\"RLIMIT_CPU\",\"hard\":1}]", "process.rlimits[0].soft", "is missing"},
    {"/process/capabilities", "[\"CAP_KILL\"]", "process.capabilities", "expected an object"},
    {"/process/capabilities/bounding", "\"CAP_KILL\"", "process.capabilities.bounding", "expected an array"},
    {"/hostname", "\"a234567890a234567890a234567890a234567890a234567890a234567890a2345\"", "hostname",
     "longer than 64"},
    {"/mounts", "{}", "mounts", "expected an array"},
    {"/mounts/0/destination", "null", "mounts[0].destination", "is missing"},
    {"/mounts/1/destination", "\"dev\"", "mounts[1].destination", "not an absolute path"},
    {"/mounts/0/options", "\"ro\"", "mounts[0].options", "expected an array"},
    {"/hooks", "{\"prestart\":[{\"path\":\"hook\"}]}", "hooks.prestart[0].path", "not an absolute path"},
    {"/hooks", "{\"poststop\":[{\"path\":\"/x\",\"timeout\":0}]}", "hooks.poststop[0].timeout",
     "greater than"},
    {"/hooks", "{\"createRuntime\":[{}]}", "hooks.createRuntime[0].path", "is missing"},
    {"/annotations", "{\"\":\"x\"}", "annotations", "empty key"},
    {"/annotations", "{\"a\":1}", "annotations.a", "expected a string"},
    {"/linux/namespaces", "[{\"type\":\"mount\"},{\"type\":\"net\"},{\"type\":\"uts\"}]",
     "linux.namespaces[1].type", "not a kind"},
    {"/linux/namespaces", "[{\"type\":\"mount\"},{\"type\":\"uts\"},{\"type\":\"mount\"}]",
     "linux.namespaces[2].type", "appears twice"},
    {"/linux/namespaces", "[{\"type\":\"uts\"}]", "linux.namespaces", "no mount namespace"},
    {"/linux/namespaces", "[{\"type\":\"mount\"}]", "hostname", "would rename the host"},
    {"/linux/namespaces/0/path", "\"proc/1/ns/pid\"", "linux.namespaces[0].path", "not an absolute path"},
    {"/linux/uidMappings", "[{\"containerID\":0,\"hostID\":0,\"size\":1}]", "linux.uidMappings",
     "only in a user namespace"},
    {"/linux/namespaces", "[{\"type\":\"mount\"},{\"type\":\"uts\"},{\"type\":\"user\"}]",
     "linux.uidMappings", "needs user ids"},
    {"/linux/timeOffsets", "{\"monotonic\":{\"secs\":1}}", "linux.timeOffsets", "new time namespace"},
    {"/linux/timeOffsets", "{\"realtime\":{\"secs\":1}}", "linux.timeOffsets", "not a clock"},
    {"/linux/devices", "[{\"type\":\"x\",\"path\":\"/dev/x\"}]", "linux.devices[0].type",
     "not a type of device"},
    {"/linux/devices", "[{\"type\":\"c\",\"path\":\"dev/x\"}]", "linux.devices[0].path",
     "not an absolute path"},
    {"/linux/devices", "[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":-1}]", "linux.devices[0].major",
     "negative"},
    {"/linux/resources/cpu", "{\"shares\":\"many\"}", "linux.resources.cpu.shares",
     "expected an unsigned integer, got \"many\""},
    {"/linux/resources/cpu", "{\"quota\":1e30}", "linux.resources.cpu.quota", "expected an integer"},
    {"/linux/resources/memory", "{\"limit\":\"512m\"}", "linux.resources.memory.limit",
     "expected an integer"},
    {"/linux/resources/pids", "{\"limit\":true}", "linux.resources.pids.limit", "got true"},
    {"/linux/resources/devices", "[{\"access\":\"rwm\"}]", "linux.resources.devices[0].allow", "is missing"},
    {"/linux/cgroupsPath", "\"/a/../../b\"", "linux.cgroupsPath", "\"..\""},
    {"/linux/rootfsPropagation", "\"sideways\"", "linux.rootfsPropagation", "not a kind of propagation"},
    {"/linux/maskedPaths", "[\"proc/kcore\"]", "linux.maskedPaths[0]", "not an absolute path"},
    {"/linux/readonlyPaths", "[\"\"]", "linux.readonlyPaths[0]", "not an absolute path"},
    {"/linux/seccomp", "{}", "linux.seccomp.defaultAction", "is missing"},
    {"/linux/seccomp",
     "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\"}]}",
     "linux.seccomp.syscalls[0].names", "is missing"},
    {"/linux/intelRdt", "{\"closID\":\"a\"}", "linux.intelRdt", "not supported"},
    {"/linux/netDevices", "{\"eth0\":{}}", "linux.netDevices", "not supported"},
    {"/linux/memoryPolicy", "{\"mode\":\"MPOL_BIND\"}", "linux.memoryPolicy", "not supported"},
    {"/process/commandLine", "\"cmd\"", "process.commandLine", ""},
    {"/windows", "{\"layerFolders\":[\"x\"]}", "windows", "Linux containers only"},
};

void change(json& document, const Malformed& how) {
  const json value = json::parse(how.value);
  const json::json_pointer pointer(how.pointer);
  if (value.is_null()) {
    document[pointer.parent_pointer()].erase(pointer.back());
  } else {
    document[pointer] = value;
  }
}

TEST(Document, EveryMalformedOneIsRefusedByItsPlace) {
  for (const Malformed& how : kMalformed) {
    json document = valid();
    change(document, how);
    try {
      spec::validate(spec::parse_config(document.dump()));
      ADD_FAILURE() << how.pointer << " = " << how.value << " was accepted";
    } catch (const spec::Invalid& refused) {
      EXPECT_THAT(refused.what(), StartsWith(how.begins)) << how.pointer << " = " << how.value;
      EXPECT_THAT(refused.what(), HasSubstr(how.says)) << how.pointer << " = " << how.value;
    }
  }
}

TEST(Document, TheDefaultOneIsValid) {
  const spec::Config config = spec::parse_config(spec::default_config(false, 0, 0));
  EXPECT_NO_THROW(spec::validate(config));
  EXPECT_EQ(config.linux.namespaces.size(), 6U);
  EXPECT_NO_THROW(spec::validate(spec::parse_config(spec::default_config(true, 1000, 1000))));
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
