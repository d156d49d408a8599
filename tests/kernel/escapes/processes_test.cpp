// Processes of the host, its keyrings, and the terminal that launched the container.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/sys/file.h"
#include "base/sys/terminal.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

using escapes::Answers;
using escapes::Bundle;
using escapes::Default;
using escapes::Expected;
using escapes::kWorked;

const std::vector<Expected> kProcesses = {
    {"signal", {"ESRCH"}, {kWorked}},          {"pidfd", {"ESRCH"}, {kWorked}},
    {"ptrace", {"ESRCH", "EPERM"}, {kWorked}}, {"memory", {"ESRCH", "EPERM"}, {kWorked, "EFAULT"}},
    {"sigio", {"ESRCH"}, {kWorked}},           {"prlimit", {"ESRCH"}, {kWorked}},
    {"proc-pid", {"ENOENT"}, {kWorked}},
};

const std::vector<Expected> kKeys = {
    {"key-read", {"EPERM"}, {kWorked}},     {"key-search", {"EPERM"}, {kWorked}},
    {"key-link", {"EPERM"}, {kWorked}},     {"key-permissions", {"EPERM"}, {kWorked}},
    {"keyring-link", {"EPERM"}, {kWorked}}, {"keyring-join", {"EPERM"}, {kWorked, "ENOKEY"}},
};

class ProcessEscapes : public escapes::Escape, public testing::WithParamInterface<Default> {};

// The host's process says whether it heard a signal: TearDown asks it.
TEST_P(ProcessEscapes, NoProcessOfTheHostIsSeenSignalledOrTraced) {
  const Answers answers = this->answers(GetParam(), "processes");
  escapes::expect_stopped(answers, kProcesses);
  escapes::expect_stopped(answers, {{"signal-everybody", {"ESRCH"}, {}}});
}

TEST_P(ProcessEscapes, NoKeyOfTheHostIsReadFoundOrTaken) {
  escapes::expect_stopped(answers(GetParam(), "processes"), kKeys);
}

INSTANTIATE_TEST_SUITE_P(, ProcessEscapes, testing::Values(Default::spec, Default::engine),
                         [](const auto& which) { return escapes::name_of(which.param); });

// A shell's terminal: a session of its own, whose controlling terminal the container gets as standard input.
class TerminalEscapes : public escapes::Escape {
 protected:
  // The lines of `attacks processes` as `command`, launched from that terminal, printed them.
  Answers answers_at_terminal(const std::vector<std::string>& command) {
    const sys::Pty pty = sys::open_pty("/dev/ptmx");
    const sys::UniqueFd output = sys::memfd_create("output");
    sys::Child shell = sys::clone3({}, [&] {
      sys::setsid();
      const sys::UniqueFd terminal = sys::open(pty.path, O_RDWR | O_NOCTTY);
      sys::set_controlling_terminal(terminal.get());
      sys::SpawnOptions options;
      options.input = terminal.get();
      options.output = output.get();
      return sys::spawn(command, options).wait().shell_code();
    });
    EXPECT_EQ(shell.wait().shell_code(), 0);
    sys::rewind(output.get());
    return escapes::answers_in(sys::read_to_end(output.get()));
  }
  std::vector<std::string> run_command(const Bundle& bundle) const {
    return runtime({"run", "--bundle", bundle.path(), id_});
  }
};

const std::vector<Expected> kTerminal = {
    {"tiocsti",
     {"EPERM", "EIO"},
     {kWorked, "EIO"}},  // EIO: since 6.2 a host can forbid it to all (dev.tty.legacy_tiocsti)
    {"tiocsctty", {"EPERM"}, {kWorked}},
    {"tioclinux", {"ENOTTY", "EPERM"}, {"ENOTTY"}},  // only a virtual console knows it
    {"dev-tty", {"ENXIO"}, {kWorked, "ENXIO"}},
};

TEST_F(TerminalEscapes, NothingIsTypedIntoTheTerminalThatLaunchedIt) {
  const auto bundle = escapes::spec_bundle(*host_, attack("processes"));
  escapes::expect_stopped(answers_at_terminal(run_command(*bundle)), kTerminal);
}

TEST_F(TerminalEscapes, TheEngineDoesNotHandItsTerminalOn) {
  std::vector<std::string> words = {"run", "--rm", "-i", "-v", host_->lent() + ":/attack:ro", "busybox"};
  for (const std::string& word : attack("processes"))
    words.push_back(word);
  const Answers answers = answers_at_terminal(engine_command(words));
  for (const char* attempt : {"tiocsti", "tiocsctty", "tioclinux"})
    EXPECT_EQ(answers.at(attempt), "ENOTTY") << attempt;
}

TEST_F(TerminalEscapes, WithAllPowersTheTerminalIsTakenOver) {
  const auto bundle = escapes::spec_bundle(*host_, attack("processes"));
  escapes::tear_down_walls(bundle->config);
  bundle->write();
  escapes::expect_real(answers_at_terminal(run_command(*bundle)), kTerminal);
}

class ProcessEscapesControl : public escapes::Escape {};

TEST_F(ProcessEscapesControl, WithoutAPidNamespaceTheHostsProcessesAreReached) {
  const Answers answers = answers_without(
      [](nlohmann::json& config) {
        escapes::tear_down_walls(config);
        escapes::remove_namespace(config, "pid");
      },
      "processes");
  escapes::expect_real(answers, kProcesses);
}

TEST_F(ProcessEscapesControl, WithTheHostsSessionItsKeysAreRead) {
  const Answers answers = answers_without(escapes::tear_down_walls, "processes", {"--no-new-keyring"});
  escapes::expect_real(answers, kKeys);
}

// Why the default document has a filter: without, the session is new, but the old one can be had by its number.
TEST_F(ProcessEscapesControl, WithoutTheFilterTheHostsKeyringIsLinked) {
  const auto no_filter = [](nlohmann::json& config) { config["linux"].erase("seccomp"); };
  const Answers answers = answers_without(no_filter, "processes");
  EXPECT_EQ(answers.at("key-search"), "ENOKEY");
  EXPECT_EQ(answers.at("keyring-link"), kWorked);
}

TEST_F(ProcessEscapesControl, TheHostsProcessHearsASignal) {
  for (const std::string& fact : host_->facts()) {
    if (fact.starts_with("pid=")) ::kill(std::stoi(fact.substr(4)), SIGURG);
  }
  for (int tries = 0; tries < 100 && host_->changes().empty(); ++tries)
    ::usleep(10'000);
  EXPECT_THAT(host_->changes(), testing::HasSubstr("heard a signal"));
  host_.reset();
}

}  // namespace
