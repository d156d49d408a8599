// The rootfs without a kernel: options sorted into kernel calls, and a document turned into steps.
#include <gmock/gmock.h>
#include <sys/sysmacros.h>

#include "mini-container/runtime/rootfs/plan.h"
#include "mini-container/runtime/spec/features.h"
#include "mini-container/runtime/spec/invalid.h"

namespace {

using rootfs::parse_options;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(MountOptions, AttributesAreSetAndClearedAndTheLastWins) {
  const auto options = parse_options({"ro", "nosuid", "nodev", "rw", "exec"}, "m");
  EXPECT_EQ(options.set, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  EXPECT_EQ(options.clear, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
}

TEST(MountOptions, AccessTimeIsOneField) {
  const auto options = parse_options({"noatime", "strictatime"}, "m");
  EXPECT_EQ(options.set, std::uint64_t{MOUNT_ATTR_STRICTATIME});
  EXPECT_EQ(options.clear, std::uint64_t{MOUNT_ATTR__ATIME});
}

TEST(MountOptions, AnRBeforeReachesAllMountsBelow) {
  const auto options = parse_options({"rbind", "rro", "rnosuid", "rslave"}, "m");
  EXPECT_TRUE(options.bind && options.recursive);
  EXPECT_EQ(options.set, 0U);
  EXPECT_EQ(options.recursive_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
  EXPECT_EQ(options.propagation, std::uint64_t{MS_SLAVE});
  EXPECT_TRUE(options.propagation_recursive);
}

TEST(MountOptions, RelatimeIsNotARecursiveElatime) {
  const auto options = parse_options({"relatime"}, "m");
  EXPECT_EQ(options.recursive_set | options.recursive_clear, 0U);
  EXPECT_THAT(options.parameters, IsEmpty());
}

TEST(MountOptions, WhatIsLeftGoesToTheFileSystem) {
  const auto options = parse_options({"size=64k", "newinstance", "defaults"}, "m");
  ASSERT_EQ(options.parameters.size(), 2U);
  EXPECT_EQ(options.parameters[0].key + "|" + options.parameters[0].value, "size|64k");
  EXPECT_EQ(options.parameters[1].key + "|" + options.parameters[1].value, "newinstance|");
}

TEST(MountOptions, ContradictionsAndWhatIsNotOfferedAreRefused) {
  EXPECT_THROW(parse_options({"private", "rslave"}, "m"), spec::Invalid);
  EXPECT_THROW(parse_options({"idmap=uids=0-1-2"}, "m"), spec::Invalid);
  EXPECT_THROW(parse_options({""}, "m"), spec::Invalid);
}

TEST(MountOptions, EveryOptionThatIsPromisedIsKnown) {
  for (const std::string& option : spec::mount_options())
    EXPECT_THAT(parse_options({option}, "m").parameters, IsEmpty()) << option;
}

TEST(MountOptions, WhatIsOfTheWholeFileSystemStaysApart) {
  const auto options = parse_options({"sync", "lazytime", "iversion"}, "m");
  ASSERT_EQ(options.superblock.size(), 2U);
  EXPECT_EQ(options.superblock[0].key, "sync");
  EXPECT_TRUE(parse_options({"ridmap"}, "m").id_mapped_recursive);
  EXPECT_FALSE(parse_options({"idmap"}, "m").id_mapped_recursive);
}

spec::Config minimal() {
  spec::Config config;
  config.root.path = "rootfs";
  config.mounts = {{"/dev", "tmpfs", "tmpfs", {"mode=755"}, {}, {}}};
  config.linux.namespaces = {{"mount", ""}};
  return config;
}
rootfs::Plan plan_of(const spec::Config& config) {
  return rootfs::plan({config, "/bundle", {}, false});
}
std::string refusal(const spec::Config& config) {
  try {
    plan_of(config);
  } catch (const spec::Invalid& error) {
    return error.what();
  }
  return "accepted";
}
std::string refusal_of_mount(const spec::Mount& mount) {
  spec::Config config = minimal();
  config.mounts.push_back(mount);
  return refusal(config);
}

TEST(RootfsPlan, PathsStartAtTheBundle) {
  spec::Config config = minimal();
  config.mounts.push_back({"data/../x/", "bind", "volume", {"rbind"}, {}, {}});
  const auto plan = plan_of(config);
  EXPECT_EQ(plan.root, "/bundle/rootfs");
  EXPECT_EQ(plan.mounts[1].destination, "/x");
  EXPECT_EQ(plan.mounts[1].source, "/bundle/volume");
}

TEST(RootfsPlan, AnUnknownOptionIsRefusedByName) {
  EXPECT_THAT(refusal_of_mount({"/x", "tmpfs", "tmpfs", {"norecurse"}, {}, {}}),
              testing::AllOf(HasSubstr("mounts[1].options"), HasSubstr("norecurse"), HasSubstr("size")));
}

TEST(RootfsPlan, TargetsInsideProcAreRefusedButForTheHarmless) {
  EXPECT_THAT(refusal_of_mount({"/proc/self/attr", "tmpfs", "tmpfs", {}, {}, {}}),
              HasSubstr("mounts[1].destination"));
  EXPECT_THAT(refusal_of_mount({"/x/../proc/sys", "tmpfs", "tmpfs", {}, {}, {}}), HasSubstr("inside /proc"));
  EXPECT_EQ(refusal_of_mount({"/proc/cpuinfo", "bind", "/y", {"bind"}, {}, {}}), "accepted");
}

TEST(RootfsPlan, MountsWithoutWhatTheyNeedAreRefused) {
  EXPECT_THAT(refusal_of_mount({"/", "tmpfs", "tmpfs", {}, {}, {}}), HasSubstr("root.path"));
  EXPECT_THAT(refusal_of_mount({"/x", "", "", {}, {}, {}}), HasSubstr("mounts[1].type"));
  EXPECT_THAT(refusal_of_mount({"/x", "bind", "", {}, {}, {}}), HasSubstr("mounts[1].source"));
}

TEST(RootfsPlan, TheDocumentsDeviceReplacesTheDefaultOne) {
  spec::Config config = minimal();
  config.linux.devices = {{"c", "/dev/tty", 5, 0, 0600, 1, 2},
                          {"p", "/dev/pipe", 0, 0, std::nullopt, {}, {}}};
  const auto plan = plan_of(config);
  ASSERT_EQ(plan.devices.size(), 7U);
  EXPECT_EQ(plan.devices[5].path, "/dev/tty");
  EXPECT_EQ(plan.devices[5].mode, mode_t{S_IFCHR | 0600});
  EXPECT_EQ(plan.devices[6].mode, mode_t{S_IFIFO | 0666});
  config.linux.devices = {{"x", "/dev/tty", 5, 0, {}, {}, {}}};
  EXPECT_THAT(refusal(config), HasSubstr("linux.devices[0].type"));
}

TEST(RootfsPlan, NothingIsMadeInTheHostsDev) {
  spec::Config config = minimal();
  config.mounts[0] = {"/dev", "bind", "/dev", {"rbind"}, {}, {}};
  EXPECT_THAT(plan_of(config).devices, IsEmpty());
  EXPECT_THAT(plan_of(config).links, IsEmpty());
}

TEST(RootfsPlan, AReadOnlyDevIsFilledFirst) {
  spec::Config config = minimal();
  config.mounts[0].options.push_back("ro");
  EXPECT_THAT(plan_of(config).readonly_after, ElementsAre("/dev"));
  EXPECT_EQ(plan_of(config).mounts[0].options.set, 0U);
}

TEST(RootfsPlan, OnlyParametersOfANewNamespaceAreSet) {
  spec::Config config = minimal();
  config.linux.sysctl = {{"net.ipv4.conf.eth0/1.forwarding", "1"}};
  EXPECT_THAT(refusal(config), HasSubstr("network namespace"));
  config.linux.namespaces.push_back({"network", ""});
  EXPECT_EQ(plan_of(config).sysctls[0].path, "net/ipv4/conf/eth0.1/forwarding");
  for (const char* name : {"kernel.panic", "net", "net/../kernel/panic", "net//x", "vm.overcommit_memory"}) {
    config.linux.sysctl = {{name, "1"}};
    EXPECT_THAT(refusal(config), HasSubstr("linux.sysctl[")) << name;
  }
}

TEST(RootfsPlan, WithoutAMountNamespaceNothingIsMounted) {
  spec::Config config = minimal();
  config.linux.namespaces.clear();
  const rootfs::Plan plan = plan_of(config);
  EXPECT_TRUE(plan.mounts.empty());
  EXPECT_THAT(rootfs::describe(plan), HasSubstr("make device /dev/null c 1:3"));
  EXPECT_THAT(rootfs::describe(plan), HasSubstr("chroot into the root, and mount nothing"));
}

TEST(RootfsPlan, PropagationIsOneOfFour) {
  spec::Config config = minimal();
  config.linux.rootfs_propagation = "rshared";
  EXPECT_EQ(plan_of(config).propagation, std::uint64_t{MS_SHARED});
  config.linux.rootfs_propagation = "ro";
  EXPECT_THAT(refusal(config), HasSubstr("linux.rootfsPropagation"));
}

TEST(RootfsPlan, AMountIsMappedByItsOwnMapElseByTheContainers) {
  spec::Config config = minimal();
  config.mounts.push_back({"/data", "bind", "/data", {"rbind", "ridmap"}, {}, {}});
  EXPECT_THAT(refusal(config), HasSubstr("mounts[1].options: idmap needs a map"));
  config.linux.namespaces.push_back({"user", ""});
  config.linux.uid_mappings = {{0, 100000, 10}};
  config.linux.gid_mappings = {{0, 200000, 10}};
  EXPECT_EQ(plan_of(config).mounts[1].id_map->uid_map, "0 100000 10\n");
  config.linux.namespaces.back().path = "/proc/7/ns/user";
  EXPECT_EQ(plan_of(config).mounts[1].id_map->path, "/proc/7/ns/user");
  config.mounts[1].uid_mappings = config.mounts[1].gid_mappings = {{5, 6, 1}, {7, 8, 2}};
  EXPECT_EQ(plan_of(config).mounts[1].id_map->gid_map, "5 6 1\n7 8 2\n");
  EXPECT_EQ(plan_of(config).mounts[1].id_map->path, "");
  EXPECT_FALSE(plan_of(config).mounts[0].id_map);
  config.mounts[1] = {"/data", "tmpfs", "tmpfs", {"idmap"}, {}, {}};
  EXPECT_THAT(refusal(config), HasSubstr("only a bind mount"));
}

TEST(RootfsPlan, AMountLabelNeedsItsModuleAndGoesToWhatHasNoLabelsOfItsOwn) {
  spec::Config config = minimal();
  config.linux.mount_label = "system_u:object_r:container_file_t:s0";
  config.mounts.push_back({"/proc", "proc", "proc", {}, {}, {}});
  EXPECT_THAT(refusal(config), HasSubstr("linux.mountLabel: the host's kernel has no SELinux"));
  const auto plan = rootfs::plan({config, "/bundle", {}, false, true});
  EXPECT_EQ(plan.mounts[0].options.parameters.back().key, "context");
  EXPECT_EQ(plan.mounts[0].options.parameters.back().value, config.linux.mount_label);
  EXPECT_THAT(plan.mounts[1].options.parameters, IsEmpty());
}

TEST(RootfsPlan, TheDescriptionTellsTheStepsInOrder) {
  spec::Config config = minimal();
  config.root.readonly = true;
  config.linux.masked_paths = {"/proc/kcore"};
  const std::string text = rootfs::describe(plan_of(config));
  EXPECT_THAT(text,
              testing::StartsWith("root /bundle/rootfs, read-only at the end\nmount tmpfs on /dev, mode=755\n"
                                  "make device /dev/null c 1:3 mode 666\n"));
  EXPECT_LT(text.find("hide /proc/kcore"), text.find("pivot into the root"));
}

TEST(RootfsPlan, TheDescriptionSaysWhoMakesADevice) {
  spec::Config config = minimal();
  config.linux.devices = {{"c", "/dev/x", 1, 5, 0640, {}, {}}, {"p", "/dev/pipe", 0, 0, 0600, {}, {}}};
  config.linux.uid_mappings = config.linux.gid_mappings = {{0, 100000, 10}};
  const auto text = [&config](bool user_namespace) {
    return rootfs::describe(rootfs::plan({config, "/bundle", {}, user_namespace, false}));
  };
  EXPECT_THAT(text(false), HasSubstr("make device /dev/x c 1:5 mode 640\nmake FIFO /dev/pipe mode 600\n"));
  EXPECT_THAT(text(true), HasSubstr("make device /dev/x c 1:5 mode 640, outside, and bind it\nmake FIFO"));
}

}  // namespace
