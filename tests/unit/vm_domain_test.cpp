// Machines as values: libvirt's document of each profile against its golden file, and the kernel command line.
// A golden file is rewritten by running this test with UPDATE_GOLDEN=1; read the difference before committing it.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "vm-launcher/domain/machine.h"

namespace vm {

static void PrintTo(Profile profile, std::ostream* out) {
  *out << name_of(profile);
}

}  // namespace vm

namespace {

using testing::HasSubstr;
using testing::Not;

vm::Machine sample(vm::Profile profile) {
  vm::Machine machine;
  machine.name = "vm";
  machine.profile = profile;
  machine.memory_mib = 384;
  machine.cpus = 2;
  machine.kernel = "/cache/vmlinux";
  machine.initrd = "/cache/root & more.cpio";
  machine.console_socket = "/run/vm/console";
  machine.agent_socket = "/run/vm/agent";
  machine.host_khz = 2596148;
  return machine;
}

class Golden : public testing::TestWithParam<vm::Profile> {};

void expect_reviewed(const std::string& name, const std::string& document) {
  const std::string path = std::string(ISOLAB_SOURCE) + "/tests/unit/golden/domain-" + name + ".xml";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << document;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(document, golden.str());
}

TEST_P(Golden, TheDocumentOfAProfileIsTheReviewedOne) {
  expect_reviewed(vm::name_of(GetParam()), vm::domain_xml(sample(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Profiles, Golden,
                         testing::Values(vm::Profile::tiny, vm::Profile::devices, vm::Profile::compat),
                         [](const auto& test) { return vm::name_of(test.param); });

TEST(Domain, DisksHonourTheGuestsFlushesOnBothBoards) {
  for (const vm::Profile profile : {vm::Profile::devices, vm::Profile::compat}) {
    vm::Machine machine = sample(profile);
    machine.disks = {{"/data/a & b.raw", "raw", false, true}, {"/images/base.qcow2", "qcow2", true, false}};
    expect_reviewed(vm::name_of(profile) + "-disks", vm::domain_xml(machine));
  }
}

TEST(Domain, ANetworkIsACardOfTheBoardsKind) {
  for (const vm::Profile profile : {vm::Profile::devices, vm::Profile::compat}) {
    vm::Machine machine = sample(profile);
    machine.network = true;
    machine.ports = {vm::parse_port("127.0.0.1:8080:80")};
    expect_reviewed(vm::name_of(profile) + "-network", vm::domain_xml(machine));
  }
}

TEST(Domain, ASystemOfItsOwnIsBootedByItsLoaderAndMayReboot) {
  vm::Machine machine = sample(vm::Profile::compat);
  machine.own_system = true;
  machine.kernel = machine.initrd = "";
  machine.disks = {{"/cache/system.qcow2", "qcow2", false, true}, {"/cache/seed.iso", "raw", true, true}};
  expect_reviewed("compat-own-system", vm::domain_xml(machine));
}

TEST(Domain, APortOnABridgeIsACardOfTheBoardsKind) {
  for (const vm::Profile profile : {vm::Profile::devices, vm::Profile::compat}) {
    vm::Machine machine = sample(profile);
    machine.network = true;
    machine.tap = {"mc1a2b3c4d", "02:42:ac:1e:00:02", 1450};
    expect_reviewed(vm::name_of(profile) + "-bridge", vm::domain_xml(machine));
  }
}

TEST(Domain, ASharedFolderIsVirtiofsOverMemoryThatIsShared) {
  for (const vm::Profile profile : {vm::Profile::devices, vm::Profile::compat}) {
    vm::Machine machine = sample(profile);
    machine.shares = {{"/srv", true, "/run/vm/share0.qemu"}};
    expect_reviewed(vm::name_of(profile) + "-share", vm::domain_xml(machine));
  }
}

TEST(Domain, KvmIsAskedForByNameAndEmulationIsTheDefault) {
  vm::Machine machine = sample(vm::Profile::tiny);
  EXPECT_THAT(vm::domain_xml(machine), HasSubstr("<domain type=\"qemu\""));
  machine.accelerator = vm::Accelerator::kvm;
  EXPECT_THAT(vm::domain_xml(machine), HasSubstr("<domain type=\"kvm\""));
  EXPECT_THAT(vm::domain_xml(machine), HasSubstr("host-passthrough"));
  machine.host_cpu = false;
  EXPECT_THAT(vm::domain_xml(machine), Not(HasSubstr("host-passthrough")));
}

TEST(Domain, OnlyTheProfileThatHangsWithoutItTellsTheKernelItsClock) {
  EXPECT_THAT(vm::kernel_command_line(sample(vm::Profile::devices)),
              HasSubstr("tsc_early_khz=2596148 tsc=reliable"));
  EXPECT_THAT(vm::kernel_command_line(sample(vm::Profile::tiny)), Not(HasSubstr("tsc")));
  vm::Machine unknown = sample(vm::Profile::devices);
  unknown.host_khz = 0;
  EXPECT_THAT(vm::kernel_command_line(unknown), Not(HasSubstr("tsc")));
}

TEST(Domain, TheAgentSpeaksSerialWhereTheKernelFindsNoVirtio) {
  EXPECT_THAT(vm::kernel_command_line(sample(vm::Profile::tiny)), HasSubstr("isolab.port=ttyS1"));
  EXPECT_THAT(vm::kernel_command_line(sample(vm::Profile::compat)), HasSubstr("isolab.port=virtio"));
  EXPECT_TRUE(vm::modules_for(vm::Profile::tiny, false).empty());
}

TEST(Domain, ModulesOfDisksAreLoadedOnlyForDisks) {
  using testing::Contains;
  EXPECT_THAT(vm::modules_for(vm::Profile::devices, true), Contains("virtio_blk"));
  EXPECT_THAT(vm::modules_for(vm::Profile::devices, true), Contains("ext4"));
  EXPECT_THAT(vm::modules_for(vm::Profile::compat, false), Not(Contains("virtio_blk")));
  EXPECT_FALSE(vm::has_virtio(vm::Profile::tiny));
}

TEST(Domain, TheHostsClockIsReadOrUnknown) {
  EXPECT_EQ(vm::host_khz_from("processor\t: 0\ncpu MHz\t\t: 2596.148\n"), 2596148U);
  EXPECT_EQ(vm::host_khz_from("cpu MHz"), 0U);
  EXPECT_EQ(vm::host_khz_from("cpu MHz : fast\n"), 0U);
  EXPECT_EQ(vm::host_khz_from(""), 0U);
}

TEST(Domain, AProfileIsKnownByItsNameOnly) {
  EXPECT_EQ(vm::profile_named("devices"), vm::Profile::devices);
  EXPECT_EQ(vm::profile_named("Devices"), std::nullopt);
}

}  // namespace
