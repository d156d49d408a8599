// The rootfs mechanism against the real kernel: what a container sees, and what a hostile image cannot do to
// the host.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/terminal.h"
#include "mini-container/runtime/rootfs/console.h"
#include "tests/kernel/container_fixture.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Rootfs : public inside::Container {};

TEST_F(Rootfs, TheContainerSeesItsImageAndNotTheHost) {
  const std::string secret = on_host("/host/secret");
  EXPECT_EQ(seen([&] { return inside::read("/etc/name") + ", " + inside::read(secret); }),
            "the image's, errno ENOENT");
}

TEST_F(Rootfs, NoMountOfTheHostRemains) {
  const std::string mounts = seen([] { return sys::read_file("/proc/self/mountinfo"); });
  EXPECT_THAT(mounts, Not(HasSubstr("/sys/fs/cgroup")));
  EXPECT_EQ(std::count(mounts.begin(), mounts.end(), '\n'), 5) << mounts;
}

TEST_F(Rootfs, DevHasTheDefaultDevicesAndLinksOnly) {
  EXPECT_EQ(seen([] { return inside::list("/dev"); }),
            "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero");
  EXPECT_EQ(seen([] {
              const struct stat null = sys::stat("/dev/null");
              return std::to_string(major(null.st_rdev)) + ":" + std::to_string(minor(null.st_rdev)) + " " +
                     std::to_string(null.st_mode & 0777) + " " + inside::write("/dev/null", "x");
            }),
            "1:3 438 written");
}

TEST_F(Rootfs, MaskedAndReadonlyPathsHideAndProtect) {
  config_.linux.masked_paths = {"/proc/kallsyms", "/proc/irq", "/etc/name", "/not/there"};
  config_.linux.readonly_paths = {"/proc/sys", "/tmp"};
  EXPECT_EQ(seen([] {
              return "[" + inside::read("/etc/name") + "] [" + inside::list("/proc/irq") + "] " +
                     inside::write("/proc/irq/x", "") + " " + inside::write("/tmp/x", "") + " " +
                     inside::write("/proc/sys/kernel/hostname", "x") + " [" + inside::read("/proc/kallsyms") +
                     "]";
            }),
            "[] [] errno EROFS errno EROFS errno EROFS []");
}

TEST_F(Rootfs, AReadOnlyRootStaysWritableWhereSomethingIsMounted) {
  config_.root.readonly = true;
  config_.mounts[1].options.push_back("ro");
  EXPECT_EQ(seen([] {
              return inside::write("/x", "") + " " + inside::write("/dev/x", "") + " " +
                     inside::write("/dev/shm/x", "") + " " + inside::write("/dev/null", "x");
            }),
            "errno EROFS errno EROFS written written");
}

TEST_F(Rootfs, ABindMountTakesItsOptionsAtOnce) {
  config_.mounts.push_back({"/data", "bind", on_host("/host"), {"rbind", "ro", "noexec"}, {}, {}});
  EXPECT_EQ(seen([] { return inside::read("/data/secret") + " " + inside::write("/data/secret", "x"); }),
            "the host's errno EROFS");
}

TEST_F(Rootfs, AMissingBindSourceIsNamed) {
  config_.mounts.push_back({"/data", "bind", on_host("/nowhere"), {"rbind"}, {}, {}});
  EXPECT_THAT(error(), testing::AllOf(HasSubstr("nowhere"), HasSubstr("source of the bind mount")));
}

TEST_F(Rootfs, AWrongParameterIsReportedInTheKernelsWords) {
  config_.mounts.push_back({"/t", "tmpfs", "tmpfs", {"size=banana"}, {}, {}});
  EXPECT_THAT(error(), testing::AllOf(HasSubstr("size=banana"), HasSubstr("the kernel says")));
}

TEST_F(Rootfs, ATmpfsMayBeginWithWhatTheImageHas) {
  fs::create_directories(place_.rootfs("/var/lib/x"));
  sys::write_file_atomically(place_.rootfs("/var/lib/x/file"), "copied");
  fs::create_symlink("x/file", place_.rootfs("/var/lib/link"));
  config_.mounts.push_back({"/var/lib", "tmpfs", "tmpfs", {"tmpcopyup", "nosuid"}, {}, {}});
  EXPECT_EQ(seen([] {
              const std::string copied = inside::read("/var/lib/link");
              return copied + " " + inside::write("/var/lib/x/file", "changed");
            }),
            "copied written");
  EXPECT_EQ(sys::read_file(place_.rootfs("/var/lib/x/file")), "copied");
}

TEST_F(Rootfs, ParametersOfANamespaceAreSetAndTheHostsAreNot) {
  const std::string host = sys::read_file("/proc/sys/net/ipv4/ip_default_ttl");
  config_.linux.sysctl = {{"net.ipv4.ip_default_ttl", "77"}, {"kernel.msgmax", "4242"}};
  EXPECT_EQ(seen([] {
              return inside::read("/proc/sys/net/ipv4/ip_default_ttl") +
                     inside::read("/proc/sys/kernel/msgmax");
            }),
            "77\n4242\n");
  EXPECT_EQ(sys::read_file("/proc/sys/net/ipv4/ip_default_ttl"), host);
}

TEST_F(Rootfs, AMountMadeInsideStaysInside) {
  EXPECT_EQ(seen([] {
              sys::mount("tmpfs", "/tmp", "tmpfs", 0);
              return inside::write("/tmp/x", "");
            }),
            "written");
  EXPECT_THAT(sys::list_directory(place_.rootfs("/tmp")), IsEmpty());
}

TEST_F(Rootfs, TheConsoleIsATerminalOfTheContainersOwn) {
  config_.process->terminal = true;
  rootfs::Console console;
  const auto make = [&](int root) {
    console = rootfs::make_console(root);
    return std::string(sys::isatty(console.terminal.get()) ? "tty " : "not a tty ");
  };
  const auto speak = [&] {
    const sys::UniqueFd terminal = sys::open("/dev/console", O_RDWR | O_NOCTTY);
    sys::write_all(terminal.get(), "hello\n");
    char buffer[16];
    const std::size_t count = sys::read(console.master.get(), buffer);
    return std::string(buffer, count) + inside::list("/dev/pts");
  };
  const auto result = inside::run(config_, place_, speak, make);
  EXPECT_EQ(result.error + result.text, "tty hello\r\n0 ptmx");
}

TEST_F(Rootfs, AConsoleWithoutDevptsIsRefused) {
  config_.process->terminal = true;
  config_.mounts.erase(config_.mounts.begin() + 2);
  // A FIFO in its place would keep whoever opens it waiting.
  config_.mounts[1] = {"/dev", "bind", on_host("/dev"), {"bind"}, {}, {}};
  fs::create_directories(on_host("/dev/pts"));
  ASSERT_EQ(::mkfifo(on_host("/dev/pts/ptmx").c_str(), 0600), 0);
  const auto make = [](int root) {
    rootfs::make_console(root);
    return std::string();
  };
  const auto result = inside::run(
      config_, place_, [] { return std::string(); }, make);
  EXPECT_THAT(result.error, HasSubstr("process.terminal"));
}

TEST_F(Rootfs, InAUserNamespaceTheHostLendsItsDevices) {
  config_.linux.masked_paths = {"/etc/name", "/proc/irq"};
  config_.linux.readonly_paths = {"/proc/sys"};
  config_.root.readonly = true;
  const auto result = inside::run_in_user_namespace(config_, place_, [] {
    const std::string null = inside::write("/dev/null", "x") + " " + inside::read("/dev/zero").substr(0, 0);
    return null + inside::list("/dev") + " [" + inside::read("/etc/name") + "] " + inside::write("/x", "");
  });
  EXPECT_EQ(result.error + result.text,
            "written fd full null ptmx pts random shm stderr stdin stdout tty urandom zero [] errno EROFS");
}

// --- hostile images ---

TEST_F(Rootfs, AMountTargetThatLinksToTheHostStaysInTheRoot) {
  fs::create_symlink(on_host("/host"), place_.rootfs("/data"));
  config_.mounts.push_back({"/data/made", "tmpfs", "tmpfs", {}, {}, {}});
  const std::string path = on_host("/host/made");
  EXPECT_EQ(seen([&] { return inside::write(path + "/x", ""); }), "written");
  EXPECT_THAT(sys::list_directory(on_host("/host")), testing::ElementsAre("secret"));
}

TEST_F(Rootfs, ALinkToNothingIsMadeGoodInsideTheRoot) {
  fs::create_symlink("../run/systemd/resolve/stub-resolv.conf", place_.rootfs("/etc/resolv.conf"));
  config_.mounts.push_back({"/etc/resolv.conf", "bind", on_host("/host/secret"), {"bind", "ro"}, {}, {}});
  EXPECT_EQ(seen([] { return inside::read("/etc/resolv.conf"); }), "the host's");
  EXPECT_TRUE(sys::exists(place_.rootfs("/run/systemd/resolve/stub-resolv.conf")));
}

TEST_F(Rootfs, LinksThatPointAtEachOtherEndInAnError) {
  fs::create_symlink("b", place_.rootfs("/a"));
  fs::create_symlink("a", place_.rootfs("/b"));
  config_.mounts.push_back({"/a", "tmpfs", "tmpfs", {}, {}, {}});
  EXPECT_THAT(error(), HasSubstr("symbolic links"));
}

TEST_F(Rootfs, ADevThatLinksUpwardsGetsItsDevicesInTheRoot) {
  fs::create_symlink("../../../../../../dev", place_.rootfs("/dev"));
  EXPECT_THAT(error(), Not(IsEmpty()));  // "/dev" inside the root is the link itself: a loop
  fs::remove(place_.rootfs("/dev"));
  fs::create_symlink("../../../../../../tmp", place_.rootfs("/dev"));
  EXPECT_THAT(seen([] { return inside::list("/tmp"); }), StartsWith("fd full null"));
}

TEST_F(Rootfs, AProcThatIsALinkIsRefused) {
  fs::remove(place_.rootfs("/proc"));
  fs::create_symlink("tmp", place_.rootfs("/proc"));
  EXPECT_THAT(error(), HasSubstr("symbolic link"));
}

TEST_F(Rootfs, NothingButProcfsIsMountedOnProc) {
  config_.mounts[0] = {"/proc", "bind", on_host("/host"), {"bind"}, {}, {}};
  EXPECT_THAT(error(), HasSubstr("only a procfs"));
}

TEST_F(Rootfs, ALinkIntoProcIsNoMountTarget) {
  fs::create_symlink("/proc/self/attr", place_.rootfs("/data"));
  config_.mounts.push_back({"/data", "tmpfs", "tmpfs", {}, {}, {}});
  EXPECT_THAT(error(), HasSubstr("leads into /proc"));
}

TEST_F(Rootfs, AnImagesOwnDevNullIsReplacedByTheRealOne) {
  config_.mounts.erase(config_.mounts.begin() + 1, config_.mounts.end());
  fs::create_directories(place_.rootfs("/dev"));
  sys::write_file_atomically(place_.rootfs("/dev/null"), "a trap");
  config_.linux.masked_paths = {"/etc/name"};
  EXPECT_EQ(seen([] { return "[" + inside::read("/dev/null") + "] [" + inside::read("/etc/name") + "]"; }),
            "[] []");
  EXPECT_EQ(sys::read_file(place_.rootfs("/dev/null")), "a trap");
}

TEST_F(Rootfs, AMaskedPathThatLinksToTheHostMasksInsideTheRoot) {
  fs::create_symlink(on_host("/host/secret"), place_.rootfs("/secret"));
  fs::create_directories(place_.rootfs(on_host("/host")));
  sys::write_file_atomically(place_.rootfs(on_host("/host/secret")), "inside");
  config_.linux.masked_paths = {"/secret"};
  EXPECT_EQ(seen([] { return "[" + inside::read("/secret") + "]"; }), "[]");
  EXPECT_EQ(sys::read_file(on_host("/host/secret")), "the host's");
}

TEST_F(Rootfs, AForgedProcSysIsNotWrittenTo) {
  fs::create_directories(place_.rootfs("/proc/sys/kernel"));
  sys::write_file_atomically(place_.rootfs("/proc/sys/kernel/msgmax"), "forged");
  config_.mounts.erase(config_.mounts.begin());
  config_.linux.sysctl = {{"kernel.msgmax", "4242"}};
  EXPECT_THAT(error(), HasSubstr("no procfs"));
  EXPECT_EQ(sys::read_file(place_.rootfs("/proc/sys/kernel/msgmax")), "forged");
}

}  // namespace
