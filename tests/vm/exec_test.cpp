// Commands beside a VM's own: `exec` in all its forms, many at once, and `cp` both ways.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "base/sys/file.h"
#include "tests/vm/detached_fixture.h"

namespace {

using testing::HasSubstr;
using vmtest::eventually;
using vmtest::run_program;

class VmExec : public vmtest::VmDetached {
 protected:
  vmtest::Result exec(const std::vector<std::string>& options, const std::vector<std::string>& command,
                      const std::string& input = {}) const {
    std::vector<std::string> line = {"exec"};
    line.insert(line.end(), options.begin(), options.end());
    line.push_back(name_);
    line.emplace_back("--");
    line.insert(line.end(), command.begin(), command.end());
    return verb(line, input);
  }
  std::vector<std::string> exec_line(const std::vector<std::string>& command) const {
    std::vector<std::string> line = {ISOLAB_BIN "/vm-launcher", "exec", name_, "--"};
    line.insert(line.end(), command.begin(), command.end());
    return line;
  }
};

class VmExecProfile : public VmExec, public testing::WithParamInterface<const char*> {};

TEST_P(VmExecProfile, RunsBesideTheVmsOwnCommand) {
  start({"--profile", GetParam(), "-e", "FROM=run", "-w", "/tmp"}, {"sleep", "300"});
  const auto apart = exec({}, {"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(apart.code, 3);
  EXPECT_EQ(apart.output, "out\n");
  EXPECT_EQ(apart.error, "err\n");
  EXPECT_EQ(exec({}, {"sh", "-c", "pwd; echo $FROM"}).output, "/tmp\nrun\n");
  EXPECT_EQ(
      exec({"-e", "FROM=exec", "-w", "/bin", "-u", "user"}, {"sh", "-c", "pwd; echo $FROM; id -u"}).output,
      "/bin\nexec\n1000\n");
  EXPECT_EQ(exec({}, {"nosuch"}).code, 127);
  EXPECT_EQ(exec({}, {"/etc/passwd"}).code, 126);
  EXPECT_EQ(exec({}, {"sh", "-c", "kill -9 $$"}).code, 128 + SIGKILL);
  EXPECT_EQ(exec({}, {"cat"}).output, "") << "without -i its input has ended";

  std::string input;
  for (int line = 0; line < 4000; ++line)
    input += std::to_string(line * 7919) + (line % 50 == 0 ? std::string("\0\x03\x04\xa5IVM\r", 8) : "\n");
  const auto echoed = exec({"-i"}, {"cat"}, input);
  EXPECT_EQ(echoed.code, 0) << echoed.error;
  EXPECT_TRUE(echoed.output == input) << echoed.output.size() << " of " << input.size();
}

INSTANTIATE_TEST_SUITE_P(All, VmExecProfile, testing::Values("tiny", "devices"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(VmExec, NobodyWaitsForAReaderThatDoesNotRead) {
  start({}, {"sleep", "300"});
  // A command whose output nobody takes, for ever.
  sys::Pipe unread = sys::pipe();
  sys::SpawnOptions options;
  options.output = unread.write.get();
  sys::Child stuck = sys::spawn(exec_line({"busybox", "yes"}), options);
  EXPECT_TRUE(eventually([&] { return exec({}, {"ps"}).output.find("busybox yes") != std::string::npos; }));
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(exec({}, {"echo", "quick"}).output, "quick\n");
  // Many at once, each with its own streams.
  std::vector<sys::Child> children;
  std::vector<sys::UniqueFd> outputs;
  for (int number = 0; number < 8; ++number) {
    outputs.push_back(sys::memfd_create("output"));
    options.output = outputs.back().get();
    children.push_back(sys::spawn(exec_line({"sh", "-c", "echo " + std::to_string(number)}), options));
  }
  for (int number = 0; number < 8; ++number) {
    EXPECT_EQ(children[number].wait().shell_code(), 0);
    sys::rewind(outputs[number].get());
    EXPECT_EQ(sys::read_to_end(outputs[number].get()), std::to_string(number) + "\n");
  }
  // With its client the command goes too.
  stuck.kill(SIGKILL);
  stuck.wait();
  EXPECT_TRUE(eventually([&] { return exec({}, {"ps"}).output.find("busybox yes") == std::string::npos; }));
  // One that was left on purpose stays.
  EXPECT_EQ(exec({"-d"}, {"sleep", "299"}).code, 0);
  EXPECT_EQ(exec({"-d"}, {"nosuch"}).code, 127);
  EXPECT_THAT(exec({}, {"ps"}).output, HasSubstr("sleep 299"));
  // Signals reach the command and nothing else.
  sys::Child waiting =
      sys::spawn(exec_line({"sh", "-c", "trap 'exit 5' INT; echo $$ > /tmp/pid; sleep 300 & wait"}));
  EXPECT_TRUE(eventually([&] { return exec({}, {"cat", "/tmp/pid"}).code == 0; }));
  waiting.kill(SIGINT);
  EXPECT_EQ(waiting.wait().shell_code(), 5);
}

TEST_F(VmExec, ATerminalIsTheGuestsOwn) {
  start({}, {"sleep", "300"});
  const auto terminal = exec({"-t"}, {"sh", "-c", "busybox tty; busybox stty size; echo err >&2"});
  EXPECT_EQ(terminal.code, 0) << terminal.error;
  EXPECT_THAT(terminal.output, testing::MatchesRegex("/dev/pts/[0-9]+\r\n24 80\r\nerr\r\n"));
  // Its line discipline makes Ctrl-C a signal.
  EXPECT_EQ(exec({"-it"}, {"sleep", "300"}, "\x03").code, 128 + SIGINT);
}

TEST_F(VmExec, FilesGoInAndOut) {
  // WHY devices: a serial line takes an interrupt a byte, which emulated is some 100 KB a second.
  start({"--profile", "devices"}, {"sleep", "300"});
  std::filesystem::create_directories(path("tree/deep"));
  sys::replace_file(path("tree/deep/file"), std::string(200000, 'x'), 0640);
  std::filesystem::create_symlink("/etc/passwd", path("tree/link"));
  ASSERT_EQ(verb({"cp", path("tree"), name_ + ":/srv"}).code, 0);
  EXPECT_EQ(exec({}, {"sh", "-c", "wc -c < /srv/deep/file; ls -ln /srv/deep/file; cat /srv/link | head -1"})
                .output.substr(0, 17),
            "200000\n-rw-r-----");
  ASSERT_EQ(verb({"cp", path("tree/deep/file"), name_ + ":/tmp/renamed"}).code, 0);
  EXPECT_EQ(exec({}, {"wc", "-c", "/tmp/renamed"}).output, "200000 /tmp/renamed\n");

  ASSERT_EQ(verb({"cp", name_ + ":/srv", path("back")}).code, 0);
  EXPECT_EQ(sys::read_file(path("back/deep/file")).size(), 200000U);
  EXPECT_EQ(std::filesystem::read_symlink(path("back/link")), "/etc/passwd");
  ASSERT_EQ(verb({"cp", name_ + ":/etc/passwd", folder_.path()}).code, 0);
  EXPECT_THAT(sys::read_file(path("passwd")), HasSubstr("user:x:1000"));
  EXPECT_THAT(verb({"cp", name_ + ":/nosuch", folder_.path()}).error, HasSubstr("no such file"));

  // What a guest makes run as another user does not do so here.
  exec({}, {"sh", "-c", "echo x > /tmp/su; busybox chmod 6755 /tmp/su"});
  ASSERT_EQ(verb({"cp", name_ + ":/tmp/su", path("su")}).code, 0);
  EXPECT_EQ(sys::stat(path("su")).st_mode & 07777, 0755U);

  const auto tar = verb({"cp", name_ + ":/srv/deep", "-"});
  sys::replace_file(path("deep.tar"), tar.output);
  EXPECT_EQ(run_program({"tar", "-tf", path("deep.tar")}).output, "deep/\ndeep/file\n");
  ASSERT_EQ(verb({"cp", "-", name_ + ":/tmp"}, tar.output).code, 0);
  EXPECT_EQ(exec({}, {"wc", "-c", "/tmp/deep/file"}).output, "200000 /tmp/deep/file\n");
}

}  // namespace
