// Root file systems that were made to deceive: images whose directories are links to the host, and containers that replace
// what the next command reads: /etc/passwd, /proc, the terminal multiplexer.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/sys/file.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

namespace fs = std::filesystem;
using escapes::Bundle;
using escapes::Output;
using testing::HasSubstr;
using testing::Not;

class HostileRoot : public escapes::Escape {
 protected:
  std::vector<std::string> look() const {
    return {"/attack/attacks", "files", "secret=" + host_->secret(),
            "only=climb,core-pattern,leaked-descriptor"};
  }
  // Ends a program that a trap keeps waiting.
  static Output within_time(std::vector<std::string> command) {
    command.insert(command.begin(), {"/usr/bin/timeout", "--signal=KILL", "20"});
    return testing_bundle::run_program(command);
  }
  // An image of busybox in which `prepare` has set traps.
  void import(const std::string& name, const std::function<void(const std::string& root)>& prepare) const {
    const Bundle bundle("");
    prepare(bundle.rootfs());
    const std::string tar = host_->place(name + ".tar");
    ASSERT_EQ(
        testing_bundle::run_program({"/bin/tar", "-C", bundle.rootfs(), "-cf", tar, "."}).status.shell_code(),
        0);
    const Output output = engine({"import", tar, name});
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  }
  // A running container whose root file system can be written, and in which nobody disturbs.
  void begin(Bundle& bundle) const {
    bundle.config["root"]["readonly"] = false;
    bundle.config["process"]["env"] = {"PATH=/bin"};
    bundle.write();
    ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
    ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
  }
  Output exec(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = runtime({"exec"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return within_time(command);
  }
};

TEST_F(HostileRoot, DirectoriesThatLinkToTheHostLeadInside) {
  const std::string outside = "/../../../../../../.." + host_->place("host");
  for (const std::string path : {"/dev", "/sys", "/attack", "/etc", "/tmp", "/proc"}) {
    const auto bundle = escapes::spec_bundle(*host_, look());
    fs::remove_all(bundle->rootfs(path));
    fs::create_symlink(outside, bundle->rootfs(path));
    bundle->config["root"]["readonly"] = false;
    bundle->config["process"]["cwd"] = "/tmp/made";
    const Output output = run(*bundle);
    EXPECT_THAT(output.text, Not(HasSubstr("WORKED"))) << path;
    EXPECT_EQ(host_->changes(), "") << path;
    if (path == "/proc" || path == "/sys") {
      EXPECT_THAT(output.errors, HasSubstr("symbolic link")) << path;
    }
  }
}

TEST_F(HostileRoot, FilesThatTheEngineWritesAreNotTheHosts) {
  import("traps", [&](const std::string& root) {
    for (const char* name : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/passwd", "/etc/group"})
      fs::create_symlink(host_->secret(), root + name);
});
const Output output = engine({"run", "--rm", "-v", host_->lent() + ":/attack:ro", "traps", "/attack/attacks",
                              "files", "only=climb", "secret=" + host_->secret()});
EXPECT_THAT(output.text, HasSubstr("end\n")) << output.errors;
EXPECT_EQ(sys::read_file(host_->secret()), "the host's");
}  // namespace

TEST_F(HostileRoot, VolumesAndDirectoriesBelowLinksStayInside) {
  import("links", [&](const std::string& root) {
    fs::create_symlink(host_->place("host"), root + "/out");
  fs::create_symlink("/../../../.." + host_->place("host"), root + "/up");
});
for (const char* link : {"/out", "/up"}) {
  const Output output =
      engine({"run", "--rm", "-v", host_->lent() + ":" + link + "/attack:ro", "-v",
              std::string("new:") + link, "-w", std::string(link) + "/made", "links", "/bin/true"});
  EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(host_->changes(), "") << link;
}
}

// Each would keep whoever opens it waiting, or make something happen.
TEST_F(HostileRoot, APasswdThatIsATrapDoesNotCatchExec) {
  const auto bundle = escapes::spec_bundle(*host_, {"/bin/sleep", "1000"});
  begin(*bundle);
  for (const char* trap :
       {"mkfifo /etc/passwd", "ln -s /proc/kmsg /etc/passwd", "ln -s /dev/zero /etc/passwd",
        "ln -s /proc/self/fd/0 /etc/passwd", "mkdir /etc/passwd"}) {
    const std::string set = std::string("busybox rm -rf /etc/passwd; busybox ") + trap + "; echo $HOME";
    EXPECT_EQ(exec({id_, "/bin/sh", "-c", set}).status.shell_code(), 0) << trap;
    const Output output = exec({id_, "/bin/sh", "-c", "echo at $HOME"});
    EXPECT_EQ(output.text, "at /\n") << trap << ": " << output.errors;
  }
}

// A line that the container feeds to the engine's reader would name the user that the next exec runs as.
TEST_F(HostileRoot, APasswdThatIsAPipeIsNotReadByTheEngine) {
  const std::string feed =
      "rm /etc/passwd; mkfifo /etc/passwd; while true; do echo 'evil:x:0:0::/:/bin/sh' > /etc/passwd; done";
  const Output began = engine({"run", "-d", "--name", "pipe", "busybox", "sh", "-c", feed});
  ASSERT_EQ(began.status.shell_code(), 0) << began.errors;
  for (int i = 0; i < 20; ++i) {
    const Output output = within_time(engine_command({"exec", "-u", "evil", "pipe", "id"}));
    EXPECT_THAT(output.errors, HasSubstr("no user \"evil\"")) << output.text;
  }
}

TEST_F(HostileRoot, AMultiplexerThatIsATrapIsNoTerminal) {
  const auto bundle = escapes::spec_bundle(*host_, {"/bin/sleep", "1000"});
  auto& mounts = bundle->config["mounts"];
  for (auto mount = mounts.begin(); mount != mounts.end();)
    mount = (*mount)["destination"] == "/dev/pts" ? mounts.erase(mount) : mount + 1;
  begin(*bundle);
  for (const char* trap : {"mkfifo /dev/pts/ptmx", "ln -s /proc/kmsg /dev/pts/ptmx", "touch /dev/pts/ptmx"}) {
    const std::string set = std::string("busybox rm -rf /dev/pts; busybox mkdir /dev/pts; busybox ") + trap;
    ASSERT_EQ(exec({id_, "/bin/sh", "-c", set}).status.shell_code(), 0) << trap;
    const Output output = exec({"--tty", id_, "/bin/true"});
    EXPECT_THAT(output.errors, HasSubstr("no devpts on /dev/pts")) << trap;
  }
}

// Nothing that exec does inside may go by /proc, which here is the container's own invention.
TEST_F(HostileRoot, AForgedProcDeceivesNobody) {
  const auto bundle = escapes::spec_bundle(*host_, {"/bin/sleep", "1000"});
  auto& mounts = bundle->config["mounts"];
  mounts.erase(mounts.begin());
  fs::create_directories(bundle->rootfs("/proc/self/fd"));
  for (int fd = 0; fd < 32; ++fd)
    fs::create_symlink(host_->secret(), bundle->rootfs("/proc/self/fd/" + std::to_string(fd)));
  fs::create_symlink("/bin/busybox", bundle->rootfs("/proc/self/exe"));
  begin(*bundle);
  const Output output = exec({"--tty", "--cwd", "/proc/self", id_, "/bin/pwd"});
  EXPECT_THAT(output.text, HasSubstr("/proc/self")) << output.errors;
}

}  // namespace
