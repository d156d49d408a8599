// Warm start as values: what a restored machine's document says, when a snapshot is believed, and when a VM boots instead.
#include <gmock/gmock.h>

#include <cstdlib>

#include "base/sys/entropy.h"
#include "base/sys/file.h"
#include "tests/support/temporary_folder.h"
#include "vm-launcher/domain/machine.h"
#include "vm-launcher/launch/ladder.h"
#include "vm-launcher/launch/warm.h"
#include "vm-launcher/snapshot/store.h"

namespace {

using testing::HasSubstr;
using testing::Not;

vm::Machine restored(vm::Profile profile) {
  vm::Machine machine;
  machine.profile = profile;
  machine.kernel = "/cache/vmlinux";
  machine.initrd = "/cache/root.cpio";
  machine.beginning = vm::Beginning::restore;
  machine.memory_file = "/cache/snapshots/1/memory";
  return machine;
}

TEST(WarmDocument, ARestoredGuestMapsTheMemoryPrivatelyAndWaitsForItsState) {
  const std::string document = vm::domain_xml(restored(vm::Profile::tiny));
  EXPECT_THAT(document, HasSubstr("mem-path=/cache/snapshots/1/memory,share=off"));
  EXPECT_THAT(document, HasSubstr("<qemu:arg value=\"-incoming\" />"));
  EXPECT_THAT(document, Not(HasSubstr("<kernel>")));
  EXPECT_THAT(vm::domain_xml(restored(vm::Profile::compat)), HasSubstr("<kernel>"));
}

TEST(WarmDocument, OnlyTheBootThatIsSavedWritesIntoTheFile) {
  vm::Machine machine = restored(vm::Profile::tiny);
  machine.beginning = vm::Beginning::boot_to_save;
  EXPECT_THAT(vm::domain_xml(machine), HasSubstr("share=on"));
  EXPECT_THAT(vm::domain_xml(machine), Not(HasSubstr("-incoming")));
  machine.beginning = vm::Beginning::boot;
  EXPECT_THAT(vm::domain_xml(machine), Not(HasSubstr("qemu:commandline")));
}

TEST(WarmStart, HappensUnlessThereIsAReasonToBoot) {
  vm::Machine machine;
  EXPECT_EQ(vm::why_cold(machine, vm::Warmth::automatic, false, true), "");
  EXPECT_EQ(vm::why_cold(machine, vm::Warmth::warm, true, true), "");
  EXPECT_THAT(vm::why_cold(machine, vm::Warmth::automatic, true, true), HasSubstr("--warm"));
  EXPECT_EQ(vm::why_cold(machine, vm::Warmth::cold, false, true), "--cold");
  EXPECT_THAT(vm::why_cold(machine, vm::Warmth::warm, false, false), HasSubstr("--connect"));
  machine.disks.emplace_back();
  EXPECT_THAT(vm::why_cold(machine, vm::Warmth::warm, false, true), HasSubstr("disks"));
}

class Store : public testing::Test {
 protected:
  void SetUp() override {
    if (!sys::exists("/usr/bin/qemu-system-x86_64")) GTEST_SKIP() << "qemu-system-x86_64 is not installed";
    sys::write_file_atomically(folder_ / "vmlinux", "kernel");
    sys::write_file_atomically(folder_ / "root.cpio", "root");
    machine_.kernel = folder_ / "vmlinux";
    machine_.initrd = folder_ / "root.cpio";
    sys::mkdir(home_);
  }
  vm::Snapshot make() {
    vm::SnapshotMaking making(machine_, home_);
    sys::write_file_atomically(making.files().memory(), "memory");
    sys::write_file_atomically(making.files().state(), "state");
    return making.commit();
  }
  const support::TemporaryFolder folder_{"snapshot"};
  const std::string home_ = folder_ / "home";
  vm::Machine machine_;
};

TEST_F(Store, FindsWhatWasCommittedAndForgetsIt) {
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
  const vm::Snapshot made = make();
  ASSERT_TRUE(vm::find_snapshot(machine_, home_));
  EXPECT_EQ(vm::find_snapshot(machine_, home_)->folder, made.folder);
  vm::forget_snapshot(made);
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
}

TEST_F(Store, WhatWasNotCommittedIsGone) {
  std::string folder;
  {
    vm::SnapshotMaking making(machine_, home_);
    folder = making.files().folder;
    sys::write_file_atomically(making.files().memory(), "memory");
    EXPECT_FALSE(vm::find_snapshot(machine_, home_));
  }
  EXPECT_FALSE(sys::exists(folder));
}

TEST_F(Store, LeavesOfAKilledMakerAreSweptByTheNext) {
  std::string folder;
  {
    vm::SnapshotMaking making(machine_, home_);
    folder = making.files().folder;
  }
  sys::mkdir(folder);
  sys::write_file_atomically(folder + "/memory", "half of it");
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
  EXPECT_TRUE(sys::exists(make().folder));
  EXPECT_FALSE(sys::exists(folder));
}

TEST_F(Store, AFileThatChangedIsNotBelieved) {
  const vm::Snapshot made = make();
  sys::write_file_atomically(made.memory(), "memorY");
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
  make();
  EXPECT_TRUE(vm::find_snapshot(machine_, home_));
}

TEST_F(Store, AnotherMachineOrKernelIsAnotherQuestion) {
  make();
  const std::string question = vm::snapshot_question(machine_);
  vm::Machine other = machine_;
  other.memory_mib += 1;
  EXPECT_NE(vm::snapshot_question(other), question);
  EXPECT_FALSE(vm::find_snapshot(other, home_));
  // The host's clock rate may be another each time; nothing in a snapshot depends on it.
  other = machine_;
  other.host_khz = 12345;
  EXPECT_TRUE(vm::find_snapshot(other, home_));
  sys::write_file_atomically(machine_.kernel, "another kernel");
  EXPECT_NE(vm::snapshot_question(machine_), question);
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
}

TEST_F(Store, KeepsFourAndPruneTakesAll) {
  for (unsigned memory = 64; memory < 70; ++memory) {
    machine_.memory_mib = memory;
    make();
  }
  EXPECT_TRUE(vm::find_snapshot(machine_, home_));
  EXPECT_EQ(vm::forget_snapshots(home_), 4U);
  EXPECT_FALSE(vm::find_snapshot(machine_, home_));
}

TEST(Ladder, InitcallsAreReadFromTheKernelsConsole) {
  const auto calls = vm::initcalls_in(
      "[    0.1] initcall acpi_init+0x0/0x4d4 returned 0 after 1250 usecs\r\n"
      "[    0.2] initcall virtio_init+0x0/0x20 [virtio] returned -19 after 40000 usecs\r\nnoise\r\n");
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].name, "virtio_init");
  EXPECT_DOUBLE_EQ(calls[0].milliseconds, 40);
  EXPECT_DOUBLE_EQ(calls[1].milliseconds, 1.25);
}

TEST(Ladder, VariantsDifferInOneThing) {
  const vm::Machine plain;
  const auto variants = vm::variants_of(
      plain, {{"audit"}, {"mitigations=off"}, {"max"}, {"/boot/vmlinuz"}, {"/root.zst"}, {64}});
  ASSERT_EQ(variants.size(), 7U);
  EXPECT_THAT(vm::kernel_command_line(variants[0].machine), HasSubstr(" audit=0"));
  EXPECT_THAT(vm::kernel_command_line(variants[1].machine), Not(HasSubstr("audit")));
  EXPECT_THAT(vm::kernel_command_line(variants[2].machine), HasSubstr(" audit=0"));
  EXPECT_THAT(vm::kernel_command_line(variants[2].machine), testing::EndsWith(" mitigations=off"));
  EXPECT_THAT(vm::domain_xml(variants[3].machine), HasSubstr("<cpu mode=\"maximum\" />"));
  EXPECT_EQ(variants[4].machine.kernel, "/boot/vmlinuz");
  EXPECT_EQ(variants[4].machine.initrd, plain.initrd);
  EXPECT_EQ(variants[5].machine.initrd, "/root.zst");
  EXPECT_THAT(vm::domain_xml(variants[6].machine), HasSubstr("<tb-cache unit=\"MiB\">64</tb-cache>"));
  EXPECT_THAT(vm::domain_xml(plain), Not(HasSubstr("features>")));
  EXPECT_THROW(vm::variants_of(plain, {{"console"}, {}, {}, {}, {}, {}}), std::runtime_error);
}

TEST(QemuCommand, IsTheMachineWithoutLibvirt) {
  vm::Machine machine = restored(vm::Profile::devices);
  machine.beginning = vm::Beginning::boot;
  const auto command = vm::qemu_command(machine);
  EXPECT_THAT(command, testing::IsSupersetOf({"microvm,usb=off", "/cache/vmlinux", "virtio-serial-device"}));
  machine.profile = vm::Profile::compat;
  EXPECT_THAT(vm::qemu_command(machine), testing::IsSupersetOf({"q35,usb=off", "virtio-serial-pci"}));
}

TEST(Entropy, RandomBytesAreAsManyAsAskedForAndNeverTheSame) {
  EXPECT_EQ(sys::random_bytes(32).size(), 32U);
  EXPECT_NE(sys::random_bytes(32), sys::random_bytes(32));
}

}  // namespace
