// For every k: the k-th kernel call of `run`, and of `create`, fails, once on the runtime's side and once on the
// container's. Whatever k is, nothing remains of a creation that failed, and the message names the call.
#include "base/sys/file.h"
#include "tests/fault/faults.h"

namespace {

using fault::Subject;

class FaultOfMaking : public fault::Faults {
 protected:
  Subject run_to_its_end() {
    bundle_.config["process"]["args"][2] = "true";
    bundle_.write();
    Subject subject;
    subject.command = [this] {
      lifecycle::RunOptions options;
      options.launch = launch_options();
      if (const int code = lifecycle::run(options); code != 0)
        throw std::runtime_error("it ended with " + std::to_string(code));
    };
    subject.unfinished = subject.unsound = [this] {
      forget_questions();
      return left_over();
    };
    return subject;
  }

  std::string pid_file() const { return bundle_.path() + "/pid"; }

  // ORDER of its last steps: the container's side goes on to its gate while `create` returns.
  std::string unfinished_creation() const {
    if (!comes([this] { return told_->hit() || told_->last == std::string("accept4"); }))
      return "it never came to its gate";
    // A container that fails after `create` has returned can only be found dead.
    const bool on_its_own = told_->hit() && told_->fault.role == trace::Role::container;
    const std::string wanted = on_its_own ? "stopped" : "created";
    if (!comes([&] { return status() == wanted; })) return "it is " + status() + ", not " + wanted;
    return sys::exists(pid_file()) ? "" : "there is no pid file";
  }

  Subject create() {
    Subject subject;
    subject.command = [this] {
      lifecycle::LaunchOptions options = launch_options();
      options.pid_file = pid_file();
      sys::unlink_if_present(options.pid_file);
      lifecycle::create(options);
    };
    subject.unfinished = [this] { return unfinished_creation(); };
    subject.unsound = [this] { return left_over() + (sys::exists(pid_file()) ? " the pid file" : ""); };
    return subject;
  }
};

TEST_P(FaultOfMaking, RunLeavesNothing) {
  fail_every_call(run_to_its_end(), 40);
}

// One errno is enough of the longest: what happens after EINTR is asked of all others.
class FaultOfRichMaking : public FaultOfMaking {};

TEST_P(FaultOfRichMaking, RunLeavesNothing) {
  ask_for_more();
  for (const char* kind :
       {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"})
    bundle_.config["hooks"][kind] = {{{"path", "/bin/true"}}};
  fail_every_call(run_to_its_end(), 60);
}
TEST_P(FaultOfMaking, RunWithAnIdMappedMountLeavesNothing) {
  const std::string source = bundle_.path() + "/mapped";
  const nlohmann::json map = {{{"containerID", 0}, {"hostID", 1000}, {"size", 1}}};
  sys::mkdir(source);
  bundle_.config["mounts"].push_back({{"destination", "/data"},
                                      {"type", "bind"},
                                      {"source", source},
                                      {"options", {"bind"}},
                                      {"uidMappings", map},
                                      {"gidMappings", map}});
  const Subject subject = run_to_its_end();
  const fault::Round first = without_fault(subject.command);
  if (first.message.find("cannot be id-mapped") != std::string::npos) GTEST_SKIP() << first.message;
  fail_every_call(subject, 45);
}
TEST_P(FaultOfMaking, RunWithoutAMountNamespaceLeavesNothing) {
  bundle_.share_mounts();
  usual_warning_ = "linux.namespaces: without a mount namespace";
  fail_every_call(run_to_its_end(), 30);
}
TEST_P(FaultOfMaking, CreateMakesAllOrNothing) {
  fail_every_call(create(), 40);
}

INSTANTIATE_TEST_SUITE_P(Sides, FaultOfRichMaking,
                         testing::Values(fault::kBothSides[0], fault::kBothSides[1]), fault::name_of);
INSTANTIATE_TEST_SUITE_P(Sides, FaultOfMaking, testing::ValuesIn(fault::kBothSides), fault::name_of);

}  // namespace
