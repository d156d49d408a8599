// The seam without privilege: what a sink hears, what it can inject, and that silence is silent.
#include <gmock/gmock.h>

#include <memory>

#include "base/sys/call.h"
#include "base/trace/step_sink.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Records what it hears, and fails the call whose number is `fail_at` (1 is the first; 0 fails none).
class Recorder : public trace::Sink {
 public:
  explicit Recorder(std::vector<std::string>& heard, int fail_at = 0) : heard_(heard), fail_at_(fail_at) {}
  int before(const trace::CallEvent&) noexcept override { return ++calls_ == fail_at_ ? EIO : 0; }
  void after(const trace::CallEvent& event) noexcept override {
    heard_.push_back(std::string(event.name) + "(" + event.arguments + ") " + std::to_string(event.error));
  }
  void enter(const trace::PhaseEvent& event) noexcept override {
    heard_.push_back("> " + std::string(event.name));
  }
  void leave(const trace::PhaseEvent& event) noexcept override {
    heard_.push_back("< " + std::string(event.name));
  }

 private:
  std::vector<std::string>& heard_;
  int fail_at_;
  int calls_ = 0;
};

class Seam : public testing::Test {
 protected:
  void TearDown() override { trace::silence(); }
  std::vector<std::string> heard_;
};

TEST_F(Seam, DescribesOnlyWhenSomebodyListens) {
  int described = 0;
  const auto describe = [&] { return ++described, std::string("x"); };
  sys::call("getpid", describe, [] { return 7; });
  EXPECT_EQ(described, 0);
  trace::install(std::make_unique<Recorder>(heard_));
  EXPECT_EQ(sys::call("getpid", describe, [] { return 7; }), 7);
  EXPECT_EQ(described, 1);
  EXPECT_THAT(heard_, ElementsAre("getpid(x) 0"));
}

TEST_F(Seam, AnInjectedErrorReplacesTheCall) {
  trace::install(std::make_unique<Recorder>(heard_, 2));
  int made = 0;
  const auto make = [&] { return ++made; };
  const auto describe = [] { return std::string(); };
  sys::call("one", describe, make);
  EXPECT_THROW(sys::call("two", describe, make), sys::Error);
  EXPECT_EQ(made, 1);
  EXPECT_THAT(heard_, ElementsAre("one() 0", "two() 5"));
}

TEST_F(Seam, AnErrorCarriesCallArgumentsPhaseAndHint) {
  const trace::Phase phase("pivot into the rootfs", "test");
  try {
    sys::call(
        "pivot_root", [] { return std::string("new root /x"); },
        [] {
          errno = EINVAL;
          return -1;
        });
    FAIL() << "expected sys::Error";
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.error(), EINVAL);
    EXPECT_EQ(error.call(), "pivot_root");
    EXPECT_EQ(error.phase(), "pivot into the rootfs");
    EXPECT_THAT(error.what(), HasSubstr("new root /x"));
    EXPECT_THAT(error.what(), HasSubstr("Hint: the new root must be a mount point"));
  }
}

TEST_F(Seam, PhasesNestAndCloseInOrder) {
  trace::install(std::make_unique<Recorder>(heard_));
  {
    const trace::Phase outer("outer", "why");
    const trace::Phase inner("inner", "why");
    EXPECT_EQ(trace::Phase::current(), "inner");
  }
  EXPECT_EQ(trace::Phase::current(), "");
  EXPECT_THAT(heard_, ElementsAre("> outer", "> inner", "< inner", "< outer"));
}

// A person who answers the prompts from a script, and whose view of the system can change.
class ScriptedConsole : public trace::StepConsole {
 public:
  ScriptedConsole(std::string& printed, std::vector<bool> answers)
      : printed_(printed), answers_(std::move(answers)) {}
  void print(std::string_view text) noexcept override { printed_ += text; }
  bool wait_for_enter() noexcept override { return next_ < answers_.size() && answers_[next_++]; }
  trace::Views look() noexcept override {
    return {{}, {{"looks", std::to_string(++looks_)}, {"same", "yes"}}, std::nullopt};
  }

 private:
  std::string& printed_;
  std::vector<bool> answers_;
  size_t next_ = 0;
  int looks_ = 0;
};

TEST_F(Seam, StepShowsWhatAPhaseChanged) {
  std::string printed;
  trace::install(
      std::make_unique<trace::StepSink>(std::make_unique<ScriptedConsole>(printed, std::vector<bool>{true})));
  { const trace::Phase phase("mounts", "to have its own files"); }
  EXPECT_THAT(printed, HasSubstr("next: mounts"));
  EXPECT_THAT(printed, HasSubstr("host         looks: 1 -> 2\n"));
  EXPECT_THAT(printed, testing::Not(HasSubstr("same")));
}

TEST_F(Seam, StoppingAtThePromptFailsTheNextCallOnceSoThatRollBackRuns) {
  std::string printed;
  trace::install(std::make_unique<trace::StepSink>(
      std::make_unique<ScriptedConsole>(printed, std::vector<bool>{false})));
  const trace::Phase phase("mounts", "why");
  const auto describe = [] { return std::string(); };
  const auto succeed = [] { return 0; };
  try {
    sys::call("mount", describe, succeed);
    FAIL() << "expected sys::Error";
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.error(), ECANCELED);
  }
  EXPECT_NO_THROW(sys::call("umount2", describe, succeed));
}

}  // namespace
