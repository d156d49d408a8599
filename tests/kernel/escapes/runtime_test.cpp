// The runtime's own program, a file of the host that runs as root, must not be overwritten from inside while it creates
// or enters a container (CVE-2019-5736). A hostile process waits inside for whoever comes.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

namespace fs = std::filesystem;
using escapes::Answers;
using escapes::Bundle;
using escapes::Output;

class RuntimeEscapes : public escapes::Escape {
 protected:
  void SetUp() override {
    Escape::SetUp();
    if (!host_) return;
    fs::create_directories(host_->place("data/bundle"));
    // A document that never comes keeps a runtime that was made to run inside waiting for it.
    ASSERT_EQ(::mkfifo(host_->place("data/bundle/config.json").c_str(), 0600), 0);
    copy_ = host_->place("copy-of-the-runtime");
    fs::copy_file(testing_bundle::runtime(), copy_);
    before_ = sys::read_file(copy_);
  }
  void TearDown() override {
    // The hostile process ends, whatever the test has done.
    if (host_) sys::write_file_atomically(host_->place("data/stop"), "");
    Escape::TearDown();
  }

  // A container whose first process runs `arguments`; /data is shared with the host.
  std::unique_ptr<Bundle> bundle_of(const std::vector<std::string>& arguments) const {
    auto bundle = escapes::spec_bundle(*host_, arguments);
    bundle->config["mounts"].push_back({{"destination", "/data"},
                                        {"type", "bind"},
                                        {"source", host_->place("data")},
                                        {"options", {"bind", "rw"}}});
    bundle->write();
    return bundle;
  }
  std::vector<std::string> hostile() const {
    return {"/attack/attacks", "catch", "stop=/data/stop", "secret=" + host_->secret()};
  }
  std::vector<std::string> by_copy(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = runtime(arguments);
    command.front() = copy_;
    return command;
  }
  // WHY not by the copy: the kernel lets nobody write to a program that runs (ETXTBSY), and `run` stays. Attackers wait for
  // a runtime that has gone.
  void begin(const Bundle& bundle) { begin(runtime({"run", "--bundle", bundle.path(), id_})); }
  void begin(const std::vector<std::string>& command) {
    output_ = sys::memfd_create("output");
    sys::SpawnOptions options;
    options.output = output_.get();
    container_ = sys::spawn(command, options);
  }
  bool says(const std::string& text) const {
    for (int i = 0; i < 1000 && sys::read_at_start(output_.get()).find(text) == std::string::npos; ++i)
      ::usleep(10'000);
    return sys::read_at_start(output_.get()).find(text) != std::string::npos;
  }
  int exec(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = by_copy({"exec", id_});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return testing_bundle::run_program(command).status.shell_code();
  }
  // What the hostile process has caught.
  Answers caught() {
    sys::write_file_atomically(host_->place("data/stop"), "");
    EXPECT_EQ(container_.wait().shell_code(), 0);
    return escapes::answers_in(sys::read_at_start(output_.get()));
  }
  bool unchanged() const { return sys::read_file(copy_) == before_; }

  std::string copy_, before_;
  sys::UniqueFd output_;
  sys::Child container_;
};

TEST_F(RuntimeEscapes, ExecAgainAndAgainShowsNothingToOneWhoWaitsInside) {
  const auto bundle = bundle_of(hostile());
  begin(*bundle);
  ASSERT_TRUE(says("watching"));
  for (int i = 0; i < 100; ++i)
    exec({"/bin/true"});
  const Answers answers = caught();
  EXPECT_GT(std::stoi(answers.at("seen")), 0) << "none was met, so nothing was tried";
  EXPECT_EQ(answers.at("overwritten"), "0");
  EXPECT_EQ(answers.at("outside"), "0");
  EXPECT_TRUE(unchanged());
}

// Each makes the kernel run the runtime's own program as the container's.
TEST_F(RuntimeEscapes, AProgramThatIsTheRuntimeCannotBeOverwritten) {
  const std::vector<std::string> wait = {"run", "--bundle", "/data/bundle", "x"};
  sys::write_file_atomically(host_->place("data/script"), "#!/proc/self/exe --log\n", 0755);
  fs::create_symlink("/proc/self/exe", host_->place("data/link"));
  const auto bundle = bundle_of(hostile());
  begin(*bundle);
  ASSERT_TRUE(says("watching"));
  for (const char* program : {"/proc/self/exe", "/data/script", "/data/link"}) {
    std::vector<std::string> arguments = wait;
    arguments.insert(arguments.begin(), program);
    EXPECT_EQ(exec(arguments), 137) << program << " was not caught";
  }
  const Answers answers = caught();
  EXPECT_EQ(answers.at("held"), "3");
  EXPECT_EQ(answers.at("overwritten"), "0");
  EXPECT_TRUE(unchanged());
}

TEST_F(RuntimeEscapes, AnEntrypointThatIsTheRuntimeRunsFromAReadOnlyMount) {
  const auto bundle = bundle_of({"/proc/self/exe", "run", "--bundle", "/data/bundle", "x"});
  begin(by_copy({"run", "--bundle", bundle->path(), id_}));
  Output held;
  for (int i = 0; i < 500 && held.text.empty(); ++i) {
    ::usleep(10'000);
    held = testing_bundle::run_program(by_copy({"exec", id_, "/attack/attacks", "hold"}));
  }
  EXPECT_EQ(held.text, "program READ-ONLY\n") << held.errors;
  container_.kill(SIGTERM);
  verb({"kill", id_, "KILL"});
  container_.wait();
  EXPECT_TRUE(unchanged());
}

// A loader or library of the image would be run by the runtime with all its powers.
TEST_F(RuntimeEscapes, TheLoaderOfTheImageIsNeverAsked) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "under sanitizers the runtime is not static";
#endif
  const auto bundle = bundle_of(hostile());
  fs::create_directories(bundle->rootfs("/lib64"));
  sys::write_file_atomically(bundle->rootfs("/lib64/ld-linux-x86-64.so.2"), "hostile", 0755);
  fs::copy_file("/usr/bin/env", bundle->rootfs("/bin/dynamic"));
  begin(*bundle);
  ASSERT_TRUE(says("watching"));
  const std::string preload = "--env=LD_PRELOAD=/data/hostile.so";
  const Output inside = testing_bundle::run_program(
      by_copy({"exec", preload, id_, "/bin/sh", "-c", "exec /proc/self/exe true"}));
  EXPECT_NE(exec({"/bin/dynamic"}), 0) << "this host's programs ask for another loader: nothing was tried";
  EXPECT_TRUE(inside.errors.find("ld.so") == std::string::npos) << inside.errors;
  EXPECT_EQ(caught().at("overwritten"), "0");
  EXPECT_TRUE(unchanged());
}

// What would happen to a runtime that protected nothing: the control of all the tests above.
TEST_F(RuntimeEscapes, WithoutProtectionTheProgramIsOverwritten) {
  const std::string victim = host_->place("victim");
  fs::copy_file(host_->lent() + "/attacks", victim);
  const auto bundle = bundle_of(hostile());
  escapes::tear_down_walls(bundle->config);
  bundle->write();
  begin(*bundle);
  ASSERT_TRUE(says("watching"));
  const auto state = nlohmann::json::parse(verb({"state", id_}).text);
  testing_bundle::run_program({victim, "enter", "pid=" + state.at("pid").dump()});
  EXPECT_EQ(caught().at("overwritten"), "1");
  EXPECT_EQ(sys::read_file(victim).substr(0, 11), "overwritten");
}

}  // namespace
