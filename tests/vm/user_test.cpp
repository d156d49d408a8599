// VMs of a user who is not root: kernel, caches and state are below the user's own folders, QEMU runs as that user.
// Reads: setpriv(1), libvirtd(8) "session".
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "base/sys/file.h"
#include "tests/vm/vm_fixture.h"

namespace {

using vmtest::run_program;
using vmtest::Vm;

class VmUser : public Vm {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root: every other test is by such a user already";
    Vm::SetUp();
    if (IsSkipped()) return;
    home_ = path("home");
    // The guest's kernel is taken from root's cache, should it be there, for a host without a network. A session's
    // libvirtd shall not leave a logging daemon behind.
    const std::string make =
        "chmod 755 " + directory_ + " && mkdir -p -m 700 " + home_ + "/.cache " + home_ +
        "/.config/libvirt && " + "echo 'stdio_handler = \"file\"' > " + home_ +
        "/.config/libvirt/qemu.conf && " + "{ ! test -d /var/cache/isolab || cp -r /var/cache/isolab " +
        home_ + "/.cache/; } && " +
        // The tree may stand in a folder that is closed to others, such as /root.
        "mkdir " + home_ + "/bin && cp " ISOLAB_BIN "/vm-launcher " ISOLAB_BIN "/guest-init " + home_ +
        "/bin/ && chmod 700 " + home_ + " && chown -R nobody:nogroup " + home_;
    ASSERT_EQ(run_program({"sh", "-c", make}).code, 0);
  }
  std::vector<std::string> as_nobody(std::vector<std::string> line) const {
    line.insert(line.begin(),
                {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "-C", home_, "-u",
                 "XDG_CACHE_HOME", "-u", "XDG_CONFIG_HOME", "HOME=" + home_, "XDG_RUNTIME_DIR=" + home_});
    return line;
  }
  // run_line of the user's copy of the program.
  std::vector<std::string> own_line(const std::vector<std::string>& flags,
                                    const std::vector<std::string>& command) const {
    std::vector<std::string> line = run_line(flags, command);
    line.front() = home_ + "/bin/vm-launcher";
    return line;
  }
  std::string home_;
};

TEST_F(VmUser, BootsWithoutRootAndWithoutADaemon) {
  const auto result = run_program(as_nobody(own_line({}, {"sh", "-c", "echo $((6 * 7)); id -u; exit 3"})));
  EXPECT_EQ(result.code, 3) << result.error;
  EXPECT_EQ(result.output, "42\n0\n");
  const auto disk =
      run_program(as_nobody(own_line({"--scratch", "16m:/data"}, {"grep", "/data", "/proc/mounts"})));
  EXPECT_THAT(disk.output, testing::HasSubstr("/data ext4 rw")) << disk.error;
  const std::string launcher = own_line({}, {}).front();
  EXPECT_EQ(run_program(as_nobody({launcher, "list", "--format", "json"})).output, "[]\n");
  EXPECT_EQ(run_program(as_nobody({launcher, "doctor"})).code, 0);
}

TEST_F(VmUser, BootsThroughALibvirtdThatRuns) {
  if (!sys::exists("/usr/sbin/libvirtd")) GTEST_SKIP() << "libvirtd is not installed";
  sys::SpawnOptions quiet;
  quiet.error = -1;
  sys::Child daemon = sys::spawn(as_nobody({"/usr/sbin/libvirtd"}), quiet);
  ASSERT_TRUE(vmtest::eventually([&] { return sys::exists(home_ + "/libvirt/libvirt-sock"); }));
  for (const char* profile : {"tiny", "compat"}) {
    const auto result = run_program(as_nobody(
        own_line({"--connect", "qemu:///session", "--profile", profile}, {"sh", "-c", "echo up; exit 4"})));
    EXPECT_EQ(result.code, 4) << profile << ": " << result.error;
    EXPECT_EQ(result.output, "up\n") << profile;
  }
  const auto disk = run_program(as_nobody(own_line({"--connect", "qemu:///session", "--scratch", "16m:/data"},
                                                   {"grep", "/data", "/proc/mounts"})));
  EXPECT_THAT(disk.output, testing::HasSubstr("/data ext4 rw")) << disk.error;
  daemon.kill(SIGTERM);
  daemon.wait();
}

}  // namespace
