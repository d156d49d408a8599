// For every k: the k-th kernel call of a verb that acts on a container fails. Whatever k is, the message names the call,
// the container is in a state that the verb's other half can go on from, and `delete --force` then leaves nothing.
#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/runtime/lifecycle/container.h"
#include "mini-container/runtime/spec/parse.h"
#include "tests/fault/faults.h"

namespace {

using fault::Subject;

class FaultOfVerb : public fault::Faults {
 protected:
  void create() { lifecycle::create(launch_options()); }
  // What a command finds that comes later, as one of a person's would: the first process waits at its gate.
  std::function<void()> to_create() {
    return [this] {
      create();
      if (!comes([this] { return told_->last == std::string("accept4"); }))
        throw std::runtime_error("the first process does not come to its gate");
    };
  }
  void start() { lifecycle::start(root(), id_); }
  std::function<void()> to_run() {
    return [this] {
      create();
      start();
    };
  }
  std::function<void()> to_pause() {
    return [this] {
      to_run()();
      lifecycle::pause(root(), id_);
    };
  }
  std::function<void()> to_end() {
    return [this] {
      to_run()();
      lifecycle::kill(root(), id_, SIGKILL, false);
      comes([this] { return status() == "stopped"; });
    };
  }

  // "" or which status it has instead.
  std::string unless(const std::vector<std::string>& wanted) const {
    const std::string now = status();
    const bool fine = std::find(wanted.begin(), wanted.end(), now) != wanted.end();
    return fine ? "" : "it is " + now;
  }
  // For what ends on its own a moment after the command.
  std::string unless_soon(const std::string& wanted) const {
    return comes([&] { return status() == wanted; }) ? "" : "it is " + status() + ", not " + wanted;
  }
  // The same command, after a failure: it must do now.
  std::string told_again(const std::function<void()>& command) {
    const std::string message = without_fault(command).message;
    return message + unless({"running"});
  }
  std::string unless_processes(std::size_t wanted) const {
    const std::size_t now = lifecycle::processes(root(), id_).size();
    return now == wanted ? "" : std::to_string(now) + " processes";
  }

  lifecycle::ExecOptions exec_options(const std::string& script) const {
    lifecycle::ExecOptions options;
    options.root = root();
    options.id = id_;
    options.arguments = {"/bin/sh", "-c", script};
    options.pid_file = bundle_.path() + "/exec-pid";
    sys::unlink_if_present(options.pid_file);
    return options;
  }
  Subject exec_to_its_end() {
    Subject subject;
    subject.before = to_run();
    subject.command = [this] {
      if (const int code = lifecycle::exec(exec_options("exit 7")); code != 7)
        throw std::runtime_error("it ended with " + std::to_string(code));
    };
    subject.unfinished = [this] {
      forget_questions();
      return unless({"running"}) + unless_processes(1);
    };
    subject.unsound = [this] {
      forget_questions();
      return exec_left();
    };
    return subject;
  }
  std::string exec_left() const {
    const bool file = sys::exists(bundle_.path() + "/exec-pid");
    return unless({"running"}) + unless_processes(1) + (file ? " the pid file" : "");
  }

  // The limits in force are those on record.
  std::string disagreement() const {
    const lifecycle::Container container = lifecycle::find_container(root(), id_);
    const spec::Config config = spec::parse_config(sys::read_file(container.directory() + "/config.json"));
    const cgroup::Cgroup group = lifecycle::open_cgroup(container.state);
    const std::string pids = sys::read_file(group.placement_of("pids")->path + "/pids.max");
    const std::string recorded = std::to_string(config.linux.resources.pids.limit.value_or(0)) + "\n";
    if (pids != recorded) return "pids.max is " + pids + ", on record " + recorded;
    if (group.memory_limit() != limit_on_record(config)) return "the memory limit in force is another";
    return unless({"running"});
  }
  static std::optional<std::uint64_t> limit_on_record(const spec::Config& config) {
    const auto limit = config.linux.resources.memory.limit;
    return limit ? std::optional<std::uint64_t>(*limit) : std::nullopt;
  }
};

TEST_P(FaultOfVerb, StartRunsTheProgramOrCanBeToldAgainOrEndsIt) {
  Subject subject;
  subject.before = to_create();
  subject.command = [this] { start(); };
  subject.unfinished = [this] { return unless({"running"}); };
  subject.unsound = [this] {
    if (status() != "created") return unless_soon("stopped");
    return told_again([this] { start(); });
  };
  fail_every_call(subject, 10);
}

TEST_P(FaultOfVerb, ExecLeavesTheContainerAsItWas) {
  fail_every_call(exec_to_its_end(), 20);
}

TEST_P(FaultOfVerb, ExecOfARichDocumentLeavesTheContainerAsItWas) {
  ask_for_more();
  fail_every_call(exec_to_its_end(), 30);
}

TEST_P(FaultOfVerb, ExecDetachedAddsAProcessOrNone) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] {
    lifecycle::ExecOptions options = exec_options("exec sleep 1000");
    options.detach = true;
    lifecycle::exec(options);
  };
  subject.unfinished = [this] { return unless({"running"}) + unless_processes(2); };
  subject.unsound = [this] { return exec_left(); };
  fail_every_call(subject, 20);
}

INSTANTIATE_TEST_SUITE_P(Sides, FaultOfVerb, testing::ValuesIn(fault::kBothSides), fault::name_of);

// Kills the container's first process when `exec` is about to look at its namespaces, as it might end by itself then.
class KillBefore : public trace::Sink {
 public:
  KillBefore(std::string look, int which, pid_t pid) : look_(std::move(look)), which_(which), pid_(pid) {}
  int before(const trace::CallEvent& event) noexcept override {
    if (event.name != "readlinkat" || event.arguments.find(look_) == std::string::npos) return 0;
    if (--which_ != 0) return 0;
    // Until nothing is left of it: the test reaps it, as an engine does.
    for (int patience = 0; patience < 5000 && ::kill(pid_, SIGKILL) == 0; ++patience)
      ::usleep(1000);
    return 0;
  }

 private:
  std::string look_;
  int which_;
  pid_t pid_;
};

using FaultOfExec = FaultOfVerb;

// A dead process has no namespaces that could be read, and whoever joins none is on the host.
TEST_P(FaultOfExec, OfWhatEndsMeanwhileRunsNothingOnTheHost) {
  const std::string trail = bundle_.path() + "/trail";
  for (const int which : {1, 4, 8}) {
    ASSERT_EQ(without_fault(to_run()).message, "");
    const pid_t pid = lifecycle::find_container(root(), id_).state.pid;
    const std::string look = "/proc/" + std::to_string(pid) + "/ns/";
    const fault::Round round = without_fault([&] {
      trace::install(std::make_unique<KillBefore>(look, which, pid));
      lifecycle::exec(exec_options("echo here > " + trail));
    });
    EXPECT_THAT(round.message, testing::HasSubstr("not running")) << which;
    EXPECT_FALSE(sys::exists(trail)) << "it ran among the host's files after look " << which;
    EXPECT_EQ(without_fault([this] { lifecycle::remove(root(), id_, true); }).message, "");
    EXPECT_EQ(left_over(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Sides, FaultOfExec, testing::Values(fault::kRuntimeSide.front()), fault::name_of);

// Verbs that are the runtime's business alone.
class FaultOfOutsideVerb : public FaultOfVerb {
 protected:
  // Half way it may be left with one of `statuses`.
  void fail_every_call_of_delete(const std::function<void()>& before, bool force,
                                 const std::vector<std::string>& statuses) {
    Subject subject;
    subject.before = before;
    subject.command = [this, force] { lifecycle::remove(root(), id_, force); };
    subject.unfinished = [this] { return left_over(); };
    subject.unsound = [this, statuses] { return unless(statuses); };
    fail_every_call(subject, 10);
  }
};

TEST_P(FaultOfOutsideVerb, KillEndsTheContainerOrLeavesItRunning) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] { lifecycle::kill(root(), id_, SIGKILL, false); };
  subject.unfinished = [this] { return unless_soon("stopped"); };
  subject.unsound = [this] { return unless({"running"}); };
  fail_every_call(subject, 4);
}

TEST_P(FaultOfOutsideVerb, KillOfAllNeverLeavesItFrozen) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] { lifecycle::kill(root(), id_, SIGKILL, true); };
  subject.unfinished = [this] { return unless_soon("stopped"); };
  subject.unsound = [this] { return unless({"running", "stopped"}); };
  fail_every_call(subject, 8);
}

TEST_P(FaultOfOutsideVerb, PausePausesOrLeavesItRunning) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] { lifecycle::pause(root(), id_); };
  subject.unfinished = [this] { return unless({"paused"}); };
  subject.unsound = [this] { return unless({"running"}); };
  fail_every_call(subject, 8);
}

TEST_P(FaultOfOutsideVerb, ResumeCanBeToldAgain) {
  Subject subject;
  subject.before = to_pause();
  subject.command = [this] { lifecycle::resume(root(), id_); };
  subject.unfinished = [this] { return unless({"running"}); };
  subject.unsound = [this] {
    if (status() != "paused") return unless({"running"});
    return told_again([this] { lifecycle::resume(root(), id_); });
  };
  fail_every_call(subject, 8);
}

TEST_P(FaultOfOutsideVerb, UpdateLeavesLimitsAndRecordInAgreement) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] {
    lifecycle::UpdateOptions options{root(), id_, bundle_.path() + "/resources.json", {}};
    lifecycle::update(options);
  };
  sys::replace_file(bundle_.path() + "/resources.json",
                    R"({"pids": {"limit": 60}, "memory": {"limit": 67108864}, "cpu": {"shares": 512}})");
  subject.unfinished = [this] {
    const auto group = lifecycle::open_cgroup(lifecycle::find_container(root(), id_).state);
    return group.memory_limit() == 67108864 ? disagreement() : "the new limit is not in force";
  };
  subject.unsound = [this] { return disagreement(); };
  fail_every_call(subject, 40);
}

TEST_P(FaultOfOutsideVerb, StateAndListTellTheTruthOrFail) {
  Subject subject;
  subject.before = to_run();
  subject.command = [this] {
    const auto all = lifecycle::list(root());
    if (all.size() != 1 || all.front().status != spec::Status::running)
      throw std::runtime_error("not the truth");
  };
  subject.unfinished = subject.unsound = [this] { return unless({"running"}); };
  fail_every_call(subject, 6);
}

TEST_P(FaultOfOutsideVerb, DeleteCanBeToldAgain) {
  fail_every_call_of_delete(to_end(), false, {"stopped", "none"});
}

TEST_P(FaultOfOutsideVerb, DeleteOfACreatedContainerCanBeToldAgain) {
  fail_every_call_of_delete(to_create(), false, {"created", "stopped", "none"});
}

TEST_P(FaultOfOutsideVerb, DeleteForceCanBeToldAgain) {
  fail_every_call_of_delete(to_run(), true, {"running", "stopped", "none"});
}

TEST_P(FaultOfOutsideVerb, DeleteForceOfAPausedContainerCanBeToldAgain) {
  fail_every_call_of_delete(to_pause(), true, {"paused", "running", "stopped", "none"});
}

INSTANTIATE_TEST_SUITE_P(Sides, FaultOfOutsideVerb, testing::ValuesIn(fault::kRuntimeSide), fault::name_of);

}  // namespace
