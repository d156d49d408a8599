// The bundle of a container, compared with what Docker would ask of its runtime.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <bitset>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "mini-container/engine/bundle.h"
#include "mini-container/engine/seccomp.h"

namespace {

using namespace engine;
using nlohmann::json;

Container sample() {
  Container container;
  container.id = std::string(64, 'a');
  container.settings.args = {"echo", "ok"};
  container.settings.hostname = "box";
  return container;
}

json config_of(const Container& container, const users::Identity& identity = {}) {
  return json::parse(bundle_config({container, identity, "/c/a", "/mini-container/a", {}, ""}));
}

bool allows(const json& seccomp, const std::string& call) {
  for (const json& rule : seccomp["syscalls"]) {
    if (rule["action"] != "SCMP_ACT_ALLOW" || rule.contains("args")) continue;
    for (const json& name : rule["names"]) {
      if (name == call) return true;
    }
  }
  return false;
}

bool has_namespace(const json& config, const std::string& type) {
  for (const json& one : config["linux"]["namespaces"]) {
    if (one["type"] == type) return true;
  }
  return false;
}

TEST(Bundle, HasDockersNamespaces) {
  const json config = config_of(sample());
  for (const char* type : {"mount", "pid", "ipc", "uts", "network", "cgroup"})
    EXPECT_TRUE(has_namespace(config, type)) << type;
  EXPECT_FALSE(has_namespace(config, "user"));
}

TEST(Bundle, KeepsTheHostsNetworkOnlyWhenAskedTo) {
  Container container = sample();
  container.settings.network = "host";
  EXPECT_FALSE(has_namespace(config_of(container), "network"));
  container.settings.network = "none";
  EXPECT_TRUE(has_namespace(config_of(container), "network"));
}

TEST(Bundle, GivesRootFourteenCapabilitiesAndOthersNoneToStartWith) {
  const json root = config_of(sample())["process"]["capabilities"];
  EXPECT_EQ(root["effective"].size(), 14U);
  EXPECT_FALSE(root.contains("inheritable"));
  users::Identity web;
  web.uid = 33;
  const json other = config_of(sample(), web)["process"]["capabilities"];
  EXPECT_EQ(other["bounding"].size(), 14U);
  EXPECT_EQ(other["effective"].size(), 0U);
}

TEST(Bundle, LimitsSwapToAsMuchAsMemoryWhereSwapIsCounted) {
  Container container = sample();
  container.settings.memory = 1 << 26;
  const json config = json::parse(
      bundle_config({container, {}, "/c/a", "/mini-container/a", {}, "", /*swap_accounted=*/true}));
  EXPECT_EQ(config["linux"]["resources"]["memory"]["swap"], 2 << 26);
}

TEST(Bundle, LimitsSwapAsAskedFor) {
  Settings settings;
  settings.memory = 1 << 26;
  settings.memory_swap = 3 << 25;
  EXPECT_EQ(json::parse(limits_document(settings, true))["memory"]["swap"], 3 << 25);
  settings.memory_swap = -1;
  EXPECT_EQ(json::parse(limits_document(settings, false))["memory"]["swap"], -1);
  EXPECT_FALSE(json::parse(limits_document(settings, true)).contains("devices"))
      << "update leaves them alone";
}

TEST(Bundle, SetsOnlyTheLimitsThatWereAskedFor) {
  EXPECT_FALSE(config_of(sample())["linux"]["resources"].contains("memory"));
  Container container = sample();
  container.settings.memory = 1 << 26;
  container.settings.cpu_shares = 2048;
  container.settings.cpu_quota = 50'000;
  container.settings.pids_limit = 9;
  const json resources = config_of(container)["linux"]["resources"];
  EXPECT_EQ(resources["memory"]["limit"], 1 << 26);
  EXPECT_FALSE(resources["memory"].contains("swap"));
  EXPECT_EQ(resources["cpu"]["shares"], 2048);
  EXPECT_EQ(resources["cpu"]["quota"], 50'000);
  EXPECT_EQ(resources["cpu"]["period"], 100'000);
  EXPECT_EQ(resources["pids"]["limit"], 9);
}

TEST(Bundle, FirstRefusesAllDevicesThenAllowsAFew) {
  const json rules = config_of(sample())["linux"]["resources"]["devices"];
  EXPECT_EQ(rules[0], (json{{"allow", false}, {"access", "rwm"}}));
  for (std::size_t index = 1; index < rules.size(); ++index)
    EXPECT_EQ(rules[index]["allow"], true);
}

TEST(Bundle, ADeviceOfTheHostIsANodeAndARule) {
  const Container container = sample();
  BundleRequest request = {container, {}, "/c/a", "/mini-container/a", {}, ""};
  request.devices = {{"/dev/mine", "rw", S_IFBLK | 0640, makedev(7, 3), 0, 6}};
  const json config = json::parse(bundle_config(request))["linux"];
  EXPECT_EQ(config["devices"], json::parse(R"([{"path": "/dev/mine", "type": "b", "major": 7, "minor": 3,
                                                "fileMode": 416, "uid": 0, "gid": 6}])"));
  EXPECT_EQ(config["resources"]["devices"].back(),
            json::parse(R"({"allow": true, "type": "b", "major": 7, "minor": 3, "access": "rw"})"));
}

TEST(Bundle, PrivilegedGivesUpEachProtection) {
  Container container = sample();
  container.settings.privileged = true;
  container.settings.cap_drop = {"ALL"};
  const json config = config_of(container);
  // All that this process may have itself.
  const std::string status = sys::read_file("/proc/self/status");
  const auto bound = std::stoull(status.substr(status.find("CapBnd:") + 8), nullptr, 16);
  EXPECT_EQ(config["process"]["capabilities"]["bounding"].size(), std::bitset<64>(bound).count());
  for (const char* member : {"seccomp", "maskedPaths", "readonlyPaths"})
    EXPECT_FALSE(config["linux"].contains(member)) << member;
  EXPECT_EQ(config["linux"]["resources"]["devices"], json::parse(R"([{"allow": true, "access": "rwm"}])"));
  for (const json& mount : config["mounts"])
    EXPECT_EQ(mount["options"].dump().find("\"ro\""), std::string::npos) << mount;
}

TEST(Bundle, InitStandsBeforeTheProgramAndIsReadOnly) {
  const Container container = sample();
  BundleRequest request = {container, {}, "/c/a", "/mini-container/a", {}, ""};
  request.init_program = "/bin/container-init";
  const json config = json::parse(bundle_config(request));
  EXPECT_EQ(config["process"]["args"], json({"/sbin/docker-init", "--", "echo", "ok"}));
  EXPECT_NE(config["mounts"].dump().find("/bin/container-init"), std::string::npos);
}

TEST(Devices, AreNamedByHostContainerAndAccess) {
  const auto parts = [](const char* text) {
    const DeviceRequest request = parse_device(text);
    return request.host + " " + request.container + " " + request.access;
  };
  EXPECT_EQ(parts("/dev/fuse"), "/dev/fuse /dev/fuse rwm");
  EXPECT_EQ(parts("/dev/sda:/dev/x"), "/dev/sda /dev/x rwm");
  EXPECT_EQ(parts("/dev/sda:r"), "/dev/sda /dev/sda r");
  EXPECT_EQ(parts("/dev/sda:/dev/x:rw"), "/dev/sda /dev/x rw");
  for (const char* text :
       {"", ":/dev/x", "/dev/sda:x", "/dev/sda:/dev/x:rwx", "/dev/sda:/dev/x:", "/a:/b:r:w"})
    EXPECT_THROW(parse_device(text), std::invalid_argument) << text;
}

TEST(Bundle, HidesWhatTellsOfTheHost) {
  const json config = config_of(sample())["linux"];
  EXPECT_NE(config["maskedPaths"].dump().find("/proc/kcore"), std::string::npos);
  EXPECT_NE(config["readonlyPaths"].dump().find("/proc/sysrq-trigger"), std::string::npos);
}

TEST(Bundle, EnvironmentOfTheUserComesAfterDockersAndReplacesIt) {
  Container container = sample();
  container.settings.env = {"PATH=/only", "COLOUR=blue"};
  const json env = config_of(container)["process"]["env"];
  EXPECT_EQ(env, json({"HOSTNAME=box", "PATH=/only", "COLOUR=blue", "HOME=/"}));
}

TEST(Bundle, MountsTheGeneratedFilesAndVolumes) {
  const Container container = sample();
  const json config =
      json::parse(bundle_config({container, {}, "/c/a", "/mini-container/a", {{"/srv", "/data", true}}, ""}));
  const std::string mounts = config["mounts"].dump();
  for (const char* path : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/data", "/dev/shm"})
    EXPECT_NE(mounts.find(path), std::string::npos) << path;
  EXPECT_EQ(config["mounts"].back()["options"], json({"rbind", "rprivate", "ro"}));
}

TEST(Bundle, OfAnExecCarriesTheContainersCapabilities) {
  Container container = sample();
  container.settings.cap_drop = {"ALL"};
  const json process = json::parse(exec_process(container, {{"ps"}, {}, "/tmp", {}, true}));
  EXPECT_EQ(process["args"], json({"ps"}));
  EXPECT_EQ(process["cwd"], "/tmp");
  EXPECT_EQ(process["terminal"], true);
  EXPECT_EQ(process["capabilities"]["bounding"].size(), 0U);
}

TEST(Seccomp, AllowsMountOnlyWithItsCapability) {
  const json without = seccomp_for({"CAP_CHOWN"});
  EXPECT_TRUE(allows(without, "read"));
  EXPECT_FALSE(allows(without, "mount"));
  EXPECT_FALSE(allows(without, "io_uring_setup"));
  EXPECT_TRUE(allows(seccomp_for({"CAP_SYS_ADMIN"}), "mount"));
}

TEST(Seccomp, AnswersClone3WithNotImplementedSoThatLibrariesFallBack) {
  const json seccomp = seccomp_for({});
  for (const json& rule : seccomp["syscalls"]) {
    if (rule["names"][0] == "clone3") {
      EXPECT_EQ(rule["errnoRet"], 38);
      return;
    }
  }
  FAIL() << "no rule for clone3";
}

TEST(Seccomp, CanBeTurnedOffOrReplaced) {
  Container container = sample();
  container.settings.seccomp = "unconfined";
  EXPECT_FALSE(config_of(container)["linux"].contains("seccomp"));
  const json own = seccomp_from_file(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": [], "syscalls": [
        {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"},
        {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_BPF"]}},
        {"names": ["arm"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm"]}}]})",
      "p.json", {});
  EXPECT_EQ(own["syscalls"].size(), 1U);
  EXPECT_EQ(own["architectures"].size(), 3U);
}

TEST(Seccomp, ProfilesThatAreNoneAreRefused) {
  for (const char* text : {"", "[]", "{}", R"({"defaultAction": "x"})", R"({"syscalls": []})", "nonsense"}) {
    EXPECT_THROW(seccomp_from_file(text, "p.json", {}), std::invalid_argument) << text;
  }
}

}  // namespace
