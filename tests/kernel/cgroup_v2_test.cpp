// Control groups of version 2 against the real kernel; a hybrid host's v2 tree will do.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/kernel/cgroups.h"

namespace {

using cgroup_tests::Cgroups;
using testing::IsEmpty;

// The whole v2 path, with the one hierarchy of that version and no controllers needed: directories, clone into
// the group, kill, freeze, and the device program, which needs no controller either.
class CgroupV2 : public Cgroups {
 protected:
  void SetUp() override {
    Cgroups::SetUp();
    if (IsSkipped()) return;
    const cgroup::Hierarchy* unified = layout_.unified();
    if (unified == nullptr) GTEST_SKIP() << "no v2 hierarchy is mounted";
    layout_ = {{*unified}};
    resources_ = {};
  }
};

TEST_F(CgroupV2, AChildIsBornInTheGroup) {
  auto group = cgroup::Cgroup::create(plan());
  ASSERT_GE(group.clone_descriptor(), 0);
  sys::Child child = sys::clone3({0, group.clone_descriptor()}, [] { return ::pause(); });
  EXPECT_THAT(group.pids(), testing::ElementsAre(child.pid()));
  group.freeze();
  EXPECT_TRUE(group.frozen());
  group.thaw();
  group.kill_all();
  EXPECT_EQ(child.wait().signal, SIGKILL);
  group.remove();
  EXPECT_THAT(left_over(), IsEmpty());
}

TEST_F(CgroupV2, TheDeviceProgramDecidesOpenAndMknod) {
  resources_.devices = {
      {false, "a", std::nullopt, std::nullopt, "rwm"}, {true, "c", 1, 11, "r"}, {false, "c", 1, 8, "w"}};
  const auto group = cgroup::Cgroup::create(plan());
  const std::string directory = ::testing::TempDir() + "isolab-devices-" + std::to_string(::getpid());
  sys::mkdir(directory);
  const auto opens = [&](const char* name, int minor_number, int flags) {
    const std::string path = directory + "/" + name;
    if (::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, static_cast<unsigned>(minor_number))) < 0)
      return 'm';
    const int fd = ::open(path.c_str(), flags | O_NONBLOCK);
    const int error = errno;
    ::unlink(path.c_str());
    if (fd >= 0) ::close(fd);
    return fd >= 0 ? 'y' : error == EPERM ? 'n' : '?';
  };
  sys::Pipe pipe = sys::pipe();
  sys::Child child = sys::clone3({0, group.clone_descriptor()}, [&] {
    const std::string verdicts = {opens("null", 3, O_RDWR), opens("mem", 1, O_RDONLY),
                                  opens("kmsg", 11, O_RDONLY), opens("kmsg", 11, O_WRONLY),
                                  opens("random", 8, O_RDONLY)};
    sys::write_all(pipe.write.get(), verdicts);
    return 0;
  });
  child.wait();
  pipe.write.reset();
  EXPECT_EQ(sys::read_to_end(pipe.read.get()), "ynyny");
  sys::remove_tree(directory);
}

}  // namespace
