// What vm-launcher makes of foreign files: kernels, modules, tar archives, image documents, state of other processes.
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/sys/file.h"
#include "tests/support/temporary_folder.h"
#include "vm-launcher/initramfs/image.h"
#include "vm-launcher/initramfs/initramfs.h"
#include "vm-launcher/kernel/modules.h"
#include "vm-launcher/kernel/vmlinux.h"
#include "vm-launcher/state/folder.h"

namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class VmFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  std::string shell(const std::string& command) const { return "cd " + directory_ + " && " + command; }
  const support::TemporaryFolder folder_{"vm"};
  const std::string& directory_ = folder_.path();
};

TEST_F(VmFiles, WhatIsNoKernelIsRefusedWithItsName) {
  for (const std::string& bytes : {std::string(), std::string("MZ"), std::string(4096, '\0')}) {
    const std::string file = write("kernel", bytes);
    EXPECT_THROW(vm::extract_vmlinux(file, path("out")), std::runtime_error);
  }
  std::string cut(4096, '\0');
  cut[0x1f1] = 4;
  cut.replace(0x202, 4, "HdrS");
  cut[0x207] = 2;
  cut[0x206] = 15;
  cut[0x24d] = 0x7f;  // a payload longer than the file
  try {
    vm::extract_vmlinux(write("kernel", cut), path("out"));
    FAIL() << "expected an exception";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cut short"));
  }
}

TEST_F(VmFiles, ModulesLoadAfterWhatTheyNeed) {
  const std::string null(1, '\0');
  write("ring.ko", "x" + null + "depends=" + null);
  write("virtio.ko", "x" + null + "depends=ring" + null);
  write("virtio-console.ko", "x" + null + "depends=virtio,ring,builtin" + null);
  EXPECT_THAT(vm::in_load_order(directory_, {"virtio_console", "ring"}),
              ElementsAre(EndsWith("/ring.ko"), EndsWith("/virtio.ko"), EndsWith("/virtio-console.ko")));
  EXPECT_THAT(vm::in_load_order("", {"virtio_console"}), ElementsAre());
}

TEST_F(VmFiles, ACacheKeepsWhatADiskNeedsAndNotTheRest) {
  for (const char* path : {"/m/kernel/fs/ext4/ext4.ko", "/m/kernel/fs/jbd2/jbd2.ko", "/m/kernel/lib/crc16.ko",
                           "/m/kernel/fs/mbcache.ko", "/m/kernel/crypto/crc32c_generic.ko"})
    EXPECT_TRUE(vm::worth_keeping(path)) << path;
  EXPECT_FALSE(vm::worth_keeping("/m/kernel/fs/xfs/xfs.ko"));
  EXPECT_THAT(vm::kept_modules(), HasSubstr("/fs/ext4/\n"));
}

TEST_F(VmFiles, ModulesThatNeedEachOtherDoNotHangTheOrder) {
  const std::string null(1, '\0');
  write("a.ko", null + "depends=b" + null);
  write("b.ko", null + "depends=a" + null);
  EXPECT_EQ(vm::in_load_order(directory_, {"a"}).size(), 2U);
}

TEST_F(VmFiles, ATarBecomesACpioWithLinksAndNames) {
  ASSERT_EQ(std::system(shell("mkdir -p r/bin && echo data > r/bin/tool && ln r/bin/tool r/bin/same && "
                              "ln -s tool r/bin/soft && tar -C r -cf root.tar . ")
                            .c_str()),
            0);
  const auto cpio = sys::open(path("root.cpio"), O_RDWR | O_CREAT, 0600);
  vm::tar_to_cpio(sys::open(path("root.tar"), O_RDONLY).get(), cpio.get());
  const std::string bytes = sys::read_file(path("root.cpio"));
  EXPECT_TRUE(bytes.starts_with("070701"));
  EXPECT_EQ(bytes.size() % 4, 0U);
  EXPECT_THAT(bytes, HasSubstr("bin/soft"));
  // Both names of the hard link carry one inode number: the second field of each header.
  const auto inode_of = [&](const std::string& name) {
    return bytes.substr(bytes.find(name + std::string(1, '\0')) - 110 + 6, 8);
  };
  EXPECT_EQ(inode_of("bin/tool"), inode_of("bin/same"));
  EXPECT_NE(inode_of("bin/tool"), inode_of("bin/soft"));
}

TEST_F(VmFiles, ATarThatIsCutOrLeadsOutsideIsRefused) {
  ASSERT_EQ(std::system(shell("head -c 100000 /dev/zero > big && tar -cf whole.tar big && "
                              "head -c 50000 whole.tar > cut.tar && "
                              "tar -cPf up.tar --transform 's,^big,../big,' big")
                            .c_str()),
            0);
  for (const char* name : {"cut.tar", "up.tar"}) {
    const auto cpio = sys::open(path("out"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    EXPECT_THROW(vm::tar_to_cpio(sys::open(path(name), O_RDONLY).get(), cpio.get()), std::runtime_error)
        << name;
  }
}

TEST(VmImage, InspectIsReadInDockersForm) {
  const auto facts = vm::parse_image_inspect(
      R"([{"Id": "sha256:abc", "Config": {"Env": ["A=1"], "Cmd": ["sh"], "Entrypoint": null, "WorkingDir": "/x"}}])");
  EXPECT_EQ(facts.id, "sha256:abc");
  EXPECT_THAT(facts.config.command, ElementsAre("sh"));
  EXPECT_THAT(facts.config.environment, ElementsAre("A=1"));
  EXPECT_TRUE(facts.config.entrypoint.empty());
  EXPECT_EQ(facts.config.working_directory, "/x");
}

TEST(VmImage, InspectThatIsNotWhatItShouldBeIsRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"Id": 5})", R"({"Id": "../x"})", R"({"Id": "a", "Config": {"Cmd": "sh"}})"})
    EXPECT_THROW(vm::parse_image_inspect(text), std::runtime_error) << text;
}

vm::VmState sample(const std::string& name) {
  vm::VmState state;
  state.name = name;
  state.status = "running";
  state.command = {"sh", "-c", "a \"b\""};
  state.qemu = {12, 345};
  return state;
}

TEST_F(VmFiles, StateSurvivesItsFileAndGarbageIsNoState) {
  const auto copy = vm::parse_state(vm::to_json(sample("web")));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->command, sample("web").command);
  EXPECT_EQ(copy->qemu.start_time, 345U);
  for (const char* text : {"", "{}", "[1]", R"({"name": 1})"})
    EXPECT_FALSE(vm::parse_state(text)) << text;
}

TEST_F(VmFiles, AVmIsListedWhileItsFolderIsHeldAndGoneAfterwards) {
  {
    const vm::VmFolder folder(directory_, "web");
    folder.write(sample("web"));
    ASSERT_EQ(vm::running_vms(directory_).size(), 1U);
    EXPECT_THROW(vm::VmFolder(directory_, "web"), std::runtime_error);
  }
  EXPECT_TRUE(vm::running_vms(directory_).empty());
  EXPECT_FALSE(sys::exists(path("web")));
}

TEST_F(VmFiles, AFolderWithoutALauncherIsSweptAndStrangersAreSpared) {
  sys::mkdir(path("dead"));
  vm::VmState state = sample("dead");
  // This very process, under another start time: it must not be taken for the recorded one.
  state.qemu = {::getpid(), 1};
  write("dead/state.json", vm::to_json(state));
  EXPECT_TRUE(vm::running_vms(directory_).empty());
  EXPECT_FALSE(sys::exists(path("dead")));
}

TEST_F(VmFiles, AVmThatIsKeptIsMarkedAsEndedInsteadAndItsLogsStay) {
  vm::VmState state = sample("kept");
  state.kept = true;
  state.qemu = {::getpid(), 1};
  {
    vm::VmFolder folder(directory_, "kept");
    folder.keep();
    folder.write(state);
    write("kept/output.log.1", "old");
    write("kept/control", "of one run");
    EXPECT_THROW(vm::VmFolder::of_existing(directory_, "kept"), std::runtime_error) << "it runs";
  }
  EXPECT_FALSE(sys::exists(path("kept/control")));
  const vm::VmState found = vm::known_vm(directory_, "kept");
  EXPECT_EQ(found.status, "exited");
  EXPECT_EQ(found.exit_code, 137);
  EXPECT_TRUE(sys::exists(path("kept/output.log.1")));
  EXPECT_TRUE(vm::running_vms(directory_).empty());
  EXPECT_THROW(vm::VmFolder(directory_, "kept"), std::runtime_error) << "the name is taken";
  vm::VmFolder::of_existing(directory_, "kept").remove();
  EXPECT_FALSE(sys::exists(path("kept")));
  EXPECT_THROW(vm::known_vm(directory_, "kept"), std::runtime_error);
}

TEST_F(VmFiles, DisksOfAVmLieElsewhereAndGoWithIt) {
  const std::string home = path("elsewhere");
  std::string disks;
  sys::mkdir_parents(path("run"));
  {
    vm::VmFolder folder(path("run"), "web");
    folder.keep();
    vm::VmState state = sample("web");
    state.kept = true;
    folder.write(state);
    disks = folder.disks(home);
    write(disks.substr(directory_.size() + 1) + "/system.qcow2", "bytes");
    EXPECT_EQ(folder.disks(home), disks);
  }
  EXPECT_TRUE(sys::exists(disks + "/system.qcow2")) << "as long as the VM is there";
  vm::VmFolder::of_existing(path("run"), "web").remove();
  EXPECT_FALSE(sys::exists(disks));
  // A launcher that was killed: its folder is there, without a lock.
  sys::mkdir_parents(path("run/dead"));
  sys::mkdir_parents(path("elsewhere/dead"));
  sys::symlinkat(path("elsewhere/dead"), AT_FDCWD, path("run/dead/disks"));
  vm::known_vms(path("run"));
  EXPECT_FALSE(sys::exists(path("elsewhere/dead")));
  EXPECT_FALSE(sys::exists(path("run/dead")));
}

TEST(VmNames, AreFitForPaths) {
  for (const char* name : {"web", "vm-1", "a.b_c"})
    EXPECT_TRUE(vm::valid_name(name)) << name;
  for (const char* name : {"", ".", "..", "-x", "a/b", "a b", "abcdefghijklmnopqrstuvwxyz0123"})
    EXPECT_FALSE(vm::valid_name(name)) << name;
}

}  // namespace
