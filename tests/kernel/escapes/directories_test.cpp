// A working directory or descriptor of the host that is left open by mistake (CVE-2024-21626): named in the document, on
// the command line, through links of the image, and looked for in processes of the runtime.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

using escapes::Bundle;
using escapes::Output;
using testing::HasSubstr;
using testing::Not;

constexpr int kLeaked = 40;
constexpr int kLast = 64;  // the runtime has about twenty descriptors

class DirectoryEscapes : public escapes::Escape {
 protected:
  void SetUp() override {
    Escape::SetUp();
    // The caller's own leak: open, and not close-on-exec.
    const sys::UniqueFd root = sys::open("/", O_PATH | O_DIRECTORY);
    leaked_ = ::fcntl(root.get(), F_DUPFD, kLeaked);
  }
  void TearDown() override {
    ::close(leaked_);
    Escape::TearDown();
  }
  std::vector<std::string> climb() const {
    return {"/attack/attacks", "files", "only=climb", "secret=" + host_->secret()};
  }
  static std::vector<std::string> places() {
    std::vector<std::string> all = {"/proc/self/cwd", "/proc/self/root", "/proc/1/cwd", "/proc/1/root",
                                    "/link"};
    for (int fd = 0; fd < kLast; ++fd) {
      for (const char* directory : {"/proc/self/fd/", "/proc/thread-self/fd/", "/proc/1/fd/"})
        all.push_back(directory + std::to_string(fd));
    }
    return all;
  }
  std::unique_ptr<Bundle> bundle_of(const std::vector<std::string>& arguments) const {
    auto bundle = escapes::spec_bundle(*host_, arguments);
    std::filesystem::create_symlink("/proc/self/fd/7", bundle->rootfs("/link"));
    return bundle;
  }
  int leaked_ = -1;
};

TEST_F(DirectoryEscapes, NoWorkingDirectoryOfTheDocumentLeadsToTheHost) {
  const auto bundle = bundle_of(climb());
  for (const std::string& place : places()) {
    bundle->config["process"]["cwd"] = place;
    const Output output = run(*bundle);
    EXPECT_THAT(output.text, Not(HasSubstr("WORKED"))) << place;
    EXPECT_NE(output.status.shell_code(), 0) << place << " led somewhere: " << output.text;
  }
}

TEST_F(DirectoryEscapes, NoWorkingDirectoryOfAnExecLeadsToTheHost) {
  const auto bundle = bundle_of({"/bin/sleep", "1000"});
  ASSERT_EQ(verb({"create", "--bundle", bundle->path(), id_}).status.shell_code(), 0);
  ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
  for (const std::string& place : places()) {
    std::vector<std::string> arguments = {"exec", "--cwd", place, id_};
    for (const std::string& word : climb())
      arguments.push_back(word);
    EXPECT_THAT(verb(arguments).text, Not(HasSubstr("WORKED"))) << place;
  }
}

// Between create and start the first process is still the runtime's own, and waits inside.
TEST_F(DirectoryEscapes, ARuntimeThatWaitsForItsStartCannotBeLookedInto) {
  const auto bundle = bundle_of({"/bin/true"});
  ASSERT_EQ(verb({"create", "--bundle", bundle->path(), id_}).status.shell_code(), 0);
  std::vector<std::string> arguments = {"exec", id_};
  for (const std::string& word : climb())
    arguments.push_back(word);
  const Output output = verb(arguments);
  EXPECT_THAT(output.text, HasSubstr("end\n")) << output.errors;
  EXPECT_THAT(output.text, Not(HasSubstr("WORKED")));
}

TEST_F(DirectoryEscapes, NoWorkingDirectoryOfTheEngineLeadsToTheHost) {
  for (int fd = 3; fd < 20; ++fd) {
    const std::string place = "/proc/self/fd/" + std::to_string(fd);
    const Output output = run_in_engine({"-w", place}, climb());
    EXPECT_NE(output.status.shell_code(), 0) << place;
    EXPECT_THAT(output.text, Not(HasSubstr("WORKED"))) << place;
  }
}

// The control: here the descriptor of the host's root is really there, by the caller's wish, and is refused as directory.
// The root file system is the same directory inside and outside, but outside ".." leads to the host.
TEST_F(DirectoryEscapes, ADescriptorOfTheHostThatIsThereIsRefusedAsDirectory) {
  const auto bundle = bundle_of({"/bin/sleep", "1000"});
  ASSERT_EQ(verb({"create", "--bundle", bundle->path(), id_}).status.shell_code(), 0);
  ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
  for (const std::string& directory :
       {std::string("/"), bundle->path(), bundle->rootfs(), bundle->rootfs("/bin")}) {
    std::vector<std::string> command = {"/bin/sh", "-c", "exec \"$@\" 3<" + directory, "sh"};
    for (const auto& word :
         runtime({"exec", "--preserve-fds", "1", "--cwd", "/proc/self/fd/3", id_, "/bin/true"}))
      command.push_back(word);
    const Output output = testing_bundle::run_program(command);
    EXPECT_NE(output.status.shell_code(), 0) << directory;
    EXPECT_THAT(output.errors, HasSubstr("process.cwd leads out of the container")) << directory;
  }
}

}  // namespace
