// Known ways out of a container, tried from inside as root with an ordinary document: none may work. These are not
// proofs of safety; each is a mistake that some runtime has made.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/support/bundle.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using testing_bundle::Bundle;
using testing_bundle::Output;

class Escapes : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = testing_bundle::missing(); !why.empty()) GTEST_SKIP() << why;
  }

  Output run(const Bundle& bundle) {
    return testing_bundle::run_program({testing_bundle::runtime(), "run", "--bundle", bundle.path(), id_});
  }
  // What `script` prints inside; it must end well, so that a container that never began proves nothing.
  std::string inside(const std::string& script) {
    const Bundle bundle(script + "\necho end");
    const Output output = run(bundle);
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    EXPECT_THAT(output.text, HasSubstr("end\n")) << output.errors;
    return output.text;
  }
  std::string id_ = "escapes-" + std::to_string(::getpid());
};

// CVE-2022-0492: release_agent of a v1 hierarchy names a program that the host's root runs.
TEST_F(Escapes, NoReleaseAgentCanBeSet) {
  const std::string text = inside(R"(
    for file in $(ls -d /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent 2>/dev/null); do echo FOUND $file; done
    for group in /sys/fs/cgroup /sys/fs/cgroup/*; do
      (echo 1 > $group/notify_on_release) 2>/dev/null && echo WRITTEN $group
      mkdir $group/below 2>/dev/null && echo MADE $group
    done
    mkdir /tmp/cg; mount -t cgroup -o memory cgroup /tmp/cg 2>/dev/null && echo MOUNTED)");
  EXPECT_EQ(text, "end\n");
}

TEST_F(Escapes, ParametersOfTheHostAreNotWritable) {
  const std::string before = sys::read_file("/proc/sys/kernel/core_pattern");
  const std::string text = inside(R"(
    for file in kernel/core_pattern kernel/modprobe vm/overcommit_memory fs/binfmt_misc/register; do
      (echo x > /proc/sys/$file) 2>/dev/null && echo WRITTEN $file
    done
    (echo h > /proc/sysrq-trigger) 2>/dev/null && echo WRITTEN sysrq
    (echo x > /sys/kernel/uevent_helper) 2>/dev/null && echo WRITTEN uevent_helper
    head -c 1 /proc/kcore 2>/dev/null)");
  EXPECT_EQ(text, "end\n");
  EXPECT_EQ(sys::read_file("/proc/sys/kernel/core_pattern"), before);
}

TEST_F(Escapes, MountsCannotBeChanged) {
  EXPECT_EQ(inside(R"(
    mount -t tmpfs tmpfs /data 2>/dev/null && echo MOUNTED
    mount -o remount,rw / 2>/dev/null && echo REMOUNTED
    mount -o remount,rw /proc/sys 2>/dev/null && echo REMOUNTED
    mount -t proc proc /data 2>/dev/null && echo MOUNTED
    (echo x > /etc/x) 2>/dev/null && echo WRITTEN)"),
            "end\n");
}

TEST_F(Escapes, NamespacesCannotBeLeftOrMade) {
  EXPECT_EQ(inside(R"(
    unshare -m true 2>/dev/null && echo UNSHARED
    nsenter -t 1 -m true 2>/dev/null && echo ENTERED
    chroot /data 2>/dev/null && echo CHROOTED)"),
            "end\n");
}

// With CAP_MKNOD a node can be made, and the device rules still refuse to open it.
TEST_F(Escapes, ADiskCannotBeReadThroughANodeMadeInside) {
  Bundle bundle(R"(
    for node in "b 254 0" "b 8 0" "b 7 0" "c 1 1" "c 1 4" "c 1 11"; do
      mknod /data/node $node || echo NOT MADE
      dd if=/data/node of=/dev/null bs=512 count=1 2>/data/why && echo READ $node
      cat /data/why
      rm -f /data/node
    done
    dd if=/dev/zero of=/dev/null bs=1 count=1 2>/dev/null && echo end)");
  for (const char* set : {"bounding", "permitted", "effective"}) {
    bundle.config["process"]["capabilities"][set].push_back("CAP_MKNOD");
  }
  bundle.config["mounts"].push_back({{"destination", "/data"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
  std::filesystem::create_symlink("busybox", bundle.rootfs("/bin/rm"));
  bundle.write();
  const Output output = run(bundle);
  EXPECT_THAT(output.text, Not(HasSubstr("READ")));
  EXPECT_THAT(output.text, Not(HasSubstr("NOT MADE")));
  EXPECT_THAT(output.text, HasSubstr("Operation not permitted"));
  EXPECT_THAT(output.text, HasSubstr("end\n")) << output.errors;
}

// CVE-2024-21626: a descriptor of the host as working directory, kept open by mistake.
TEST_F(Escapes, AWorkingDirectoryCannotBeADescriptorOfTheRuntime) {
  for (int fd = 3; fd < 24; ++fd) {
    Bundle bundle("ls ../../../../../../.. ; pwd");
    bundle.config["process"]["cwd"] = "/proc/self/fd/" + std::to_string(fd);
    bundle.write();
    const Output output = run(bundle);
    EXPECT_THAT(output.text, Not(HasSubstr("boot"))) << fd;
    EXPECT_NE(output.status.shell_code(), 0) << "descriptor " << fd << " led somewhere: " << output.text;
  }
}

TEST_F(Escapes, NoDescriptorOfTheHostReachesTheProgram) {
  const sys::UniqueFd host = sys::open("/", O_PATH | O_DIRECTORY);
  const int leaked = ::fcntl(host.get(), F_DUPFD, 40);
  const Bundle bundle("echo $(ls /proc/self/fd) end");
  const Output output = run(bundle);
  ::close(leaked);
  // Standard input, output, error, and the directory that ls reads.
  EXPECT_EQ(output.text, "0 1 2 3 end\n") << output.errors;
}

// CVE-2019-5736: make the runtime execute itself inside, keep its file open, and write to it once it is idle.
constexpr char kOverwrite[] = R"(
  echo started > /data/started
  while [ ! -e /data/met ]; do
    for process in /proc/[0-9]*; do
      case $(readlink $process/exe 2>/dev/null || echo busybox) in
        *busybox) ;;
        *)
          # Before it has become the program, the runtime's process cannot be looked into.
          (exec 3<$process/exe) 2>/dev/null || continue
          exec 3<$process/exe
          kill -9 ${process#/proc/}
          sleep 0.2
          (echo overwritten >/proc/self/fd/3) 2>/data/why && echo OVERWRITTEN
          echo met >/data/met ;;
      esac
    done
    [ -e /data/stop ] && break
  done
  echo end)";

bool appears(const std::string& path) {
  for (int i = 0; i < 1000 && !sys::exists(path); ++i)
    ::usleep(10000);
  return sys::exists(path);
}

TEST_F(Escapes, TheRuntimesOwnFileCannotBeOverwrittenFromInside) {
  Bundle bundle(kOverwrite);
  const std::string work = bundle.path() + "/data";
  std::filesystem::create_directories(work + "/bundle");
  // A document that never comes keeps the runtime waiting inside.
  ASSERT_EQ(::mkfifo((work + "/bundle/config.json").c_str(), 0600), 0);
  bundle.config["mounts"].push_back(
      {{"destination", "/data"}, {"type", "bind"}, {"source", work}, {"options", {"bind", "rw"}}});
  bundle.write();
  const std::string copy = bundle.path() + "/copy-of-the-runtime";
  std::filesystem::copy_file(testing_bundle::runtime(), copy);
  const std::string before = sys::read_file(copy);

  const sys::UniqueFd log = sys::memfd_create("log");
  sys::SpawnOptions options;
  options.output = log.get();
  sys::Child container = sys::spawn({copy, "run", "--bundle", bundle.path(), id_}, options);
  ASSERT_TRUE(appears(work + "/started"));
  if (testing_bundle::run_program({copy, "exec", id_, "/bin/true"}).status.shell_code() != 0) {
    container.kill(SIGKILL);
    container.wait();
    testing_bundle::run_program({copy, "delete", "--force", id_});
    GTEST_SKIP() << "this runtime cannot run a second program in a container, so there is nothing to trap";
  }
  sys::Child trap = sys::spawn({copy, "exec", id_, "/proc/self/exe", "run", "--bundle", "/data/bundle", "x"});
  // Either the program was caught in the trap, or the runtime refused to be its own program.
  const bool refused = !appears(work + "/met");
  sys::write_file_atomically(work + "/stop", "");
  EXPECT_EQ(container.wait().shell_code(), 0);
  const int trapped = trap.wait().shell_code();
  EXPECT_EQ(trapped, refused ? 126 : 137);
  EXPECT_EQ(sys::read_file(copy) == before, true) << "the runtime's file was changed from inside";
}

}  // namespace
