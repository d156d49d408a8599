// Mount options, types of mounts, id-mapped mounts and propagation against the real kernel.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "tests/kernel/container_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;

class Mounts : public inside::Container {
 protected:
  // The line of mountinfo(5) of what is mounted at `path` inside.
  std::string mounted_at(const std::string& path) {
    const std::string all = seen([] { return sys::read_file("/proc/self/mountinfo"); });
    std::istringstream lines(all);
    std::string found;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" " + path + " ") != std::string::npos) found = line;
    }
    return found;
  }
  void bind(const std::string& destination, const std::vector<std::string>& options) {
    config_.mounts.push_back({destination, "bind", on_host("/host"), options, {}, {}});
  }
};

std::string owner_of(const std::string& path) {
  const struct stat status = sys::stat(path);
  return std::to_string(status.st_uid) + ":" + std::to_string(status.st_gid);
}

TEST_F(Mounts, EveryAttributeIsSetOnTheMount) {
  bind("/data", {"bind", "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow"});
  EXPECT_THAT(mounted_at("/data"), HasSubstr(" ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"));
}

TEST_F(Mounts, ANegativeOptionTakesAnEarlierOneBack) {
  bind("/data", {"bind", "ro", "nosuid", "noexec", "nodev", "rw", "suid", "exec", "dev", "strictatime"});
  EXPECT_THAT(mounted_at("/data"), HasSubstr(" /data rw - "));
}

TEST_F(Mounts, RecursiveOptionsReachWhatIsMountedBelow) {
  const std::string below = on_host("/host/below");
  sys::mkdir(below);
  sys::mount("tmpfs", below, "tmpfs", 0);
  bind("/plain", {"rbind", "ro"});
  bind("/deep", {"rbind", "rro", "rnoexec", "rnosuid", "rnodev", "rnoatime"});
  EXPECT_EQ(
      seen([] { return inside::write("/plain/below/x", "x") + ", " + inside::write("/deep/below/x", "x"); }),
      "written, errno EROFS");
  EXPECT_THAT(mounted_at("/deep/below"), HasSubstr(" ro,nosuid,nodev,noexec,noatime"));
  sys::umount_if_mounted(below);
}

TEST_F(Mounts, PropagationIsWhatTheOptionSays) {
  bind("/shared", {"bind", "shared"});
  bind("/private", {"bind", "private"});
  bind("/unbindable", {"bind", "unbindable"});
  EXPECT_THAT(mounted_at("/shared"), HasSubstr(" shared:"));
  EXPECT_THAT(mounted_at("/private"), Not(HasSubstr("shared:")));
  EXPECT_THAT(mounted_at("/unbindable"), HasSubstr(" unbindable "));
}

TEST_F(Mounts, OptionsOfTheFileSystemReachItsSuperblock) {
  config_.mounts.push_back({"/t", "tmpfs", "tmpfs", {"sync", "lazytime", "size=64k", "mode=0700"}, {}, {}});
  const std::string line = mounted_at("/t");
  EXPECT_THAT(line, testing::AllOf(HasSubstr("sync"), HasSubstr("size=64k"), HasSubstr("mode=700")));
}

TEST_F(Mounts, ARemountChangesWhatIsThere) {
  bind("/data", {"bind"});
  config_.mounts.push_back({"/data", "bind", on_host("/host"), {"bind", "remount", "ro"}, {}, {}});
  EXPECT_EQ(seen([] { return inside::write("/data/x", "x"); }), "errno EROFS");
}

TEST_F(Mounts, AFileIsBoundOntoAFile) {
  config_.mounts.push_back({"/etc/new/file", "bind", on_host("/host/secret"), {"bind", "ro"}, {}, {}});
  EXPECT_EQ(seen([] { return inside::read("/etc/new/file") + " " + inside::write("/etc/new/file", "x"); }),
            "the host's errno EROFS");
}

TEST_F(Mounts, EachTypeThatEnginesUseIsMounted) {
  config_.mounts.push_back({"/mq", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}, {}, {}});
  config_.mounts.push_back({"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}, {}, {}});
  config_.mounts.push_back({"/ram", "ramfs", "ramfs", {}, {}, {}});
  for (const auto& [path, type] :
       {std::pair("/proc", "- proc "), std::pair("/dev", "- tmpfs "), std::pair("/dev/pts", "- devpts "),
        std::pair("/mq", "- mqueue "), std::pair("/sys", "- sysfs "), std::pair("/ram", "- ramfs ")})
    EXPECT_THAT(mounted_at(path), HasSubstr(type)) << path;
}

TEST_F(Mounts, AnIdMappedMountShowsOtherOwnersAndLeavesTheDiskAlone) {
  const std::string secret = on_host("/host/secret");
  sys::fchownat(AT_FDCWD, secret, 5, 6);
  bind("/data", {"bind", "idmap"});
  config_.mounts.back().uid_mappings = {{5, 1005, 1}};
  config_.mounts.back().gid_mappings = {{6, 2006, 1}};
  const inside::Result result = inside::run(config_, place_, [] { return owner_of("/data/secret"); });
  if (result.error.find("cannot be id-mapped") != std::string::npos) GTEST_SKIP() << result.error;
  EXPECT_EQ(result.text + result.error, "1005:2006");
  EXPECT_EQ(owner_of(secret), "5:6");
}

TEST_F(Mounts, ARecursiveMapReachesWhatIsMountedBelow) {
  const std::string below = on_host("/host/below");
  sys::mkdir(below);
  sys::mount("tmpfs", below, "tmpfs", 0);
  const std::vector<spec::IdMapping> map = {{0, 1000, 10}};
  bind("/one", {"rbind", "idmap"});
  bind("/all", {"rbind", "ridmap"});
  for (std::size_t i : {config_.mounts.size() - 2, config_.mounts.size() - 1})
    config_.mounts[i].uid_mappings = config_.mounts[i].gid_mappings = map;
  const inside::Result result = inside::run(config_, place_, [] {
    return owner_of("/one") + " " + owner_of("/one/below") + " " + owner_of("/all/below");
  });
  sys::umount_if_mounted(below);
  if (result.error.find("cannot be id-mapped") != std::string::npos) GTEST_SKIP() << result.error;
  EXPECT_EQ(result.text + result.error, "1000:1000 0:0 1000:1000");
}

TEST_F(Mounts, InAUserNamespaceAnIdMappedMountBelongsToTheContainersRoot) {
  sys::fchmodat(AT_FDCWD, on_host("/host"), 0755);
  config_.linux.namespaces.push_back({"user", ""});
  config_.linux.uid_mappings = config_.linux.gid_mappings = {{0, 100000, 1000}};
  bind("/plain", {"bind"});
  bind("/data", {"bind", "idmap"});
  const inside::Result result = inside::run_in_user_namespace(config_, place_, [] {
    return owner_of("/plain/secret") + " " + owner_of("/data/secret") + " " +
           inside::write("/data/mine", "x");
  });
  if (result.error.find("cannot be id-mapped") != std::string::npos) GTEST_SKIP() << result.error;
  // 65534 is nobody: an id that the map does not have.
  EXPECT_EQ(result.text + result.error, "65534:65534 0:0 written");
  EXPECT_EQ(owner_of(on_host("/host/mine")), "0:0") << "the disk keeps the host's ids";
}

TEST_F(Mounts, ADeviceWhereTheImageHasAnotherFileIsRefused) {
  sys::write_file_atomically(place_.rootfs("/etc/gadget"), "not a device");
  config_.linux.devices = {{"c", "/etc/gadget", 1, 3, {}, {}, {}}};
  EXPECT_THAT(error(), HasSubstr("linux.devices[0].path"));
}

TEST_F(Mounts, DevicesHaveTheModeAndOwnerOfTheDocument) {
  config_.linux.devices = {{"c", "/dev/nothing", 1, 3, 0640, 7, 8},
                           {"p", "/dev/pipe", 0, 0, 0600, 9, 10},
                           {"b", "/dev/deep/disk", 7, 200, 0660, {}, {}}};
  EXPECT_EQ(seen([] {
              const struct stat pipe = sys::stat("/dev/pipe"), disk = sys::stat("/dev/deep/disk");
              return owner_of("/dev/nothing") + " " + owner_of("/dev/pipe") + " " +
                     std::to_string(S_ISFIFO(pipe.st_mode)) + std::to_string(S_ISBLK(disk.st_mode)) + " " +
                     std::to_string(sys::stat("/dev/nothing").st_mode & 0777);
            }),
            "7:8 9:10 11 416");
}

}  // namespace
