// For every k: the k-th kernel call of `run` fails with EIO, once on the runtime's side and once on the container's.
// Whatever k is, nothing remains (mounts, control groups, state, processes, descriptors), and the message names the
// call. The round ends when k exceeds the number of calls.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/sys/file.h"
#include "mini-container/runtime/cgroup/layout.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "tests/support/bundle.h"

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// What the sink tells the test from inside whichever process it counts in.
struct Injection {
  int calls;      // of the role, so far
  char name[64];  // of the call that failed; "" if none did
  char detail[192];
};

// Shared between the test, the runtime and the container.
class SharedInjection {
 public:
  SharedInjection()
      : memory_(static_cast<Injection*>(
            ::mmap(nullptr, sizeof(Injection), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedInjection() { ::munmap(memory_, sizeof(Injection)); }
  SharedInjection(const SharedInjection&) = delete;
  SharedInjection& operator=(const SharedInjection&) = delete;
  Injection& get() const { return *memory_; }

 private:
  Injection* memory_;
};

class FailOne : public trace::Sink {
 public:
  FailOne(trace::Role role, int which, Injection& told) : role_(role), which_(which), told_(told) {}
  int before(const trace::CallEvent& event) noexcept override {
    if (trace::role() != role_) return 0;
    if (++told_.calls != which_) return 0;
    std::snprintf(told_.name, sizeof told_.name, "%s", std::string(event.name).c_str());
    std::snprintf(told_.detail, sizeof told_.detail, "%s", event.arguments.c_str());
    return EIO;
  }

 private:
  trace::Role role_;
  int which_;
  Injection& told_;
};

std::vector<std::string> open_descriptors() {
  std::vector<std::string> result;
  for (const std::string& name : sys::list_directory("/proc/self/fd")) {
    // The one that lists is gone by the time it is looked at.
    char target[256] = {};
    if (::readlink(("/proc/self/fd/" + name).c_str(), target, sizeof target - 1) > 0) {
      result.push_back(name + " -> " + target);
    }
  }
  return result;
}

struct Round {
  std::string message;    // of the exception; "" if run returned
  std::string leaked;     // descriptors
  sys::ExitStatus ended;  // of the driver
};

class FaultOfRun : public testing::TestWithParam<trace::Role> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "containers of the host's root need root";
    if (!sys::exists("/bin/busybox")) GTEST_SKIP() << "/bin/busybox is missing: install busybox-static";
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    layout_ = cgroup::detect();
    bundle_.config["linux"]["cgroupsPath"] = "/" + id_;
    bundle_.config["linux"]["resources"]["pids"]["limit"] = 50;
    bundle_.write();
    mounts_ = sys::read_file("/proc/self/mountinfo");
  }

  lifecycle::RunOptions options() const {
    lifecycle::RunOptions options;
    options.launch.root = bundle_.path() + "/state";
    options.launch.id = id_;
    options.launch.bundle = bundle_.path();
    return options;
  }

  // In a process of its own, so that a fault cannot reach the test itself.
  Round run_with_fault(trace::Role role, int which) {
    told_.get() = {};
    sys::Pipe pipe = sys::pipe();
    sys::Child driver = sys::clone3({}, [&] {
      ::alarm(20);
      const auto before = open_descriptors();
      std::string message;
      trace::set_role(trace::Role::runtime);
      trace::install(std::make_unique<FailOne>(role, which, told_.get()));
      try {
        lifecycle::run(options());
      } catch (const std::exception& error) {
        message = error.what();
      }
      trace::silence();
      std::string report = message + '\0';
      for (const auto& descriptor : open_descriptors()) {
        if (std::find(before.begin(), before.end(), descriptor) == before.end()) report += descriptor + "\n";
      }
      sys::write_all(pipe.write.get(), report);
      return 0;
    });
    pipe.write.reset();
    const std::string report = sys::read_to_end(pipe.read.get());
    const std::size_t end = std::min(report.find('\0'), report.size());
    return {report.substr(0, end), end < report.size() ? report.substr(end + 1) : "", driver.wait()};
  }

  // Processes that outlived their runtime come to this one, which is a subreaper.
  static std::string left_processes() {
    for (int patience = 0; patience < 500; ++patience) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0) return "";
      if (info.si_pid == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return "a process outlived the runtime";
  }

  std::string left_over() const {
    std::string found = left_processes();
    if (sys::read_file("/proc/self/mountinfo") != mounts_) found += " a mount";
    for (const auto& hierarchy : layout_.hierarchies) {
      if (sys::exists(hierarchy.mount_point + "/" + id_)) found += " " + hierarchy.mount_point + "/" + id_;
    }
    const std::string state = bundle_.path() + "/state";
    if (sys::exists(state)) {
      for (const auto& name : sys::list_directory(state))
        found += " state/" + name;
    }
    return found;
  }

  std::string id_ = "isolab-fault-" + std::to_string(::getpid());
  testing_bundle::Bundle bundle_{"true"};
  cgroup::Layout layout_;
  std::string mounts_;
  SharedInjection told_;
};

TEST_P(FaultOfRun, LeavesNothingAndNamesTheCall) {
  int absorbed = 0;
  int which = 1;
  for (;; ++which) {
    const Round round = run_with_fault(GetParam(), which);
    const Injection& told = told_.get();
    const std::string call = std::string(told.name) + "(" + told.detail + "), call " + std::to_string(which);
    ASSERT_EQ(round.ended.shell_code(), 0) << "the runtime hung or crashed after " << call;
    EXPECT_THAT(left_over(), IsEmpty()) << "after " << call;
    EXPECT_THAT(round.leaked, IsEmpty()) << "after " << call;
    if (told.name[0] == '\0') {
      EXPECT_THAT(round.message, IsEmpty());
      break;
    }
    if (round.message.empty()) {
      // Some failures are answers: what could not be looked at is taken as absent, or tried again.
      ++absorbed;
      RecordProperty("absorbed " + std::to_string(which), call);
    } else {
      EXPECT_THAT(round.message, HasSubstr(told.name)) << call;
    }
    if (HasFailure() && which > 400) break;
  }
  EXPECT_GT(which, 40) << "so few calls cannot make a container";
  EXPECT_LT(absorbed, which / 4) << "most failures must be reported";
}

INSTANTIATE_TEST_SUITE_P(Sides, FaultOfRun, testing::Values(trace::Role::runtime, trace::Role::container),
                         [](const auto& side) { return std::string(trace::name_of(side.param)); });

}  // namespace
