// See faults.h.
#include "tests/fault/faults.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/lifecycle/container.h"
#include "mini-container/runtime/lifecycle/state_dir.h"

namespace fault {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Given> kBothSides = {{trace::Role::runtime, EIO},
                                       {trace::Role::container, EIO},
                                       {trace::Role::runtime, EINTR},
                                       {trace::Role::container, EINTR}};
const std::vector<Given> kRuntimeSide = {{trace::Role::runtime, EIO}, {trace::Role::runtime, EINTR}};

namespace {

class FailOne : public trace::Sink {
 public:
  explicit FailOne(Told& told) : told_(told) {}
  int before(const trace::CallEvent& event) noexcept override {
    const std::string name(event.name);
    if (trace::role() == trace::Role::container)
      std::snprintf(told_.last, sizeof told_.last, "%s", name.c_str());
    if (!told_.armed || trace::role() != told_.fault.role) return 0;
    if (++told_.calls != told_.fault.which) return 0;
    std::snprintf(told_.name, sizeof told_.name, "%s", name.c_str());
    std::snprintf(told_.call, sizeof told_.call, "%s(%s), call %d", name.c_str(), event.arguments.c_str(),
                  told_.calls);
    return told_.fault.error;
  }

 private:
  Told& told_;
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

// WHY: others that end meanwhile are reaped too, as an engine does: the first process of a pid namespace cannot end
// before every process of it that came by `exec`, and so is a child of this one, has been waited for.
sys::ExitStatus wait_for(sys::Child& driver) {
  siginfo_t info{};
  do {
    ::waitid(P_ALL, 0, &info, WEXITED);
  } while (info.si_pid != driver.pid());
  driver.release();
  if (info.si_code == CLD_EXITED) return {info.si_status, 0};
  return {0, info.si_status};
}

// Processes that outlived their runtime come to this one, which is a subreaper.
std::string left_processes() {
  for (int patience = 0; patience < 5000; ++patience) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0) return "";
    if (info.si_pid == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return " a process outlived the runtime";
}

// The ids of all mounts. WHY only those: where somebody else removes the directory behind a mount, the rest of its line changes
// ("//deleted").
std::vector<std::string> mounts() {
  std::vector<std::string> ids;
  std::istringstream lines(sys::read_file("/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);)
    ids.push_back(line.substr(0, line.find(' ')));
  return ids;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Given& given) {
  return out << trace::name_of(given.role) << (given.error == EIO ? "EIO" : "EINTR");
}

std::string name_of(const testing::TestParamInfo<Given>& given) {
  return testing::PrintToString(given.param);
}

SharedTold::SharedTold()
    : memory_(static_cast<Told*>(
          ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}

SharedTold::~SharedTold() {
  ::munmap(memory_, sizeof(Told));
}

void Faults::SetUp() {
  if (::geteuid() != 0) GTEST_SKIP() << "containers of the host's root need root";
  if (!sys::exists("/bin/busybox")) GTEST_SKIP() << "/bin/busybox is missing: install busybox-static";
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // WHY: what others mount on this host meanwhile would look like a leak.
  ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  layout_ = cgroup::detect();
  bundle_.config["linux"]["cgroupsPath"] = "/" + id_;
  bundle_.config["linux"]["resources"]["pids"]["limit"] = 50;
  bundle_.write();
  mounts_ = mounts();
}

void Faults::ask_for_more() {
  const std::string closed = bundle_.path() + "/closed", volume = closed + "/volume";
  sys::mkdir(closed);
  sys::mkdir(volume);
  ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(bundle_.path().c_str(), 0755), 0);
  decider_ = sys::listen_unix(bundle_.path() + "/decider");
  auto& linux = bundle_.config["linux"];
  linux["namespaces"].push_back({{"type", "user"}});
  linux["uidMappings"] = linux["gidMappings"] = {{{"containerID", 0}, {"hostID", 100000}, {"size", 65536}}};
  linux["seccomp"] = {{"defaultAction", "SCMP_ACT_ALLOW"},
                      {"listenerPath", bundle_.path() + "/decider"},
                      {"syscalls", {{{"names", {"reboot"}}, {"action", "SCMP_ACT_NOTIFY"}}}}};
  linux["devices"] = {{{"path", "/dev/lent"}, {"type", "c"}, {"major", 1}, {"minor", 5}, {"fileMode", 0600}}};
  if (sys::exists("/proc/self/numa_maps")) linux["memoryPolicy"] = {{"mode", "MPOL_LOCAL"}};
  bundle_.config["process"]["oomScoreAdj"] = 100;
  bundle_.config["mounts"].push_back(
      {{"destination", "/data"}, {"type", "bind"}, {"source", volume}, {"options", {"bind"}}});
  bundle_.write();
}

void Faults::forget_questions() const {
  pollfd waiting{decider_.get(), POLLIN, 0};
  while (sys::poll({&waiting, 1}, 0) > 0)
    sys::accept(decider_.get());
}

lifecycle::LaunchOptions Faults::launch_options() const {
  lifecycle::LaunchOptions options;
  options.root = root();
  options.id = id_;
  options.bundle = bundle_.path();
  return options;
}

Round Faults::with_fault(const Fault& fault, const std::function<void()>& command) {
  *told_ = {};
  told_->fault = fault;
  told_->armed = true;
  return in_a_process(command);
}

Round Faults::without_fault(const std::function<void()>& command) {
  disarm();
  told_->last[0] = '\0';
  return in_a_process(command);
}

Round Faults::in_a_process(const std::function<void()>& command) {
  // WHY: not a pipe, whose other end a container that waits for its start would keep open.
  const sys::UniqueFd report = sys::memfd_create("report");
  sys::Child driver = sys::clone3({}, [&] {
    ::alarm(60);
    const auto before = open_descriptors();
    std::string message, warnings;
    trace::set_warner([&](const std::string& warning) {
      if (usual_warning_.empty() || !warning.starts_with(usual_warning_)) warnings += warning + "\n";
    });
    trace::set_role(trace::Role::runtime);
    trace::install(std::make_unique<FailOne>(*told_));
    try {
      command();
    } catch (const std::exception& error) {
      message = error.what();
    }
    trace::silence();
    std::string text = message + '\0' + warnings + '\0';
    for (const auto& descriptor : open_descriptors()) {
      if (std::find(before.begin(), before.end(), descriptor) == before.end()) text += descriptor + "\n";
    }
    sys::write_all(report.get(), text);
    return 0;
  });
  const sys::ExitStatus ended = wait_for(driver);
  sys::rewind(report.get());
  std::istringstream text(sys::read_to_end(report.get()));
  Round round;
  std::getline(text, round.message, '\0');
  std::getline(text, round.warnings, '\0');
  std::getline(text, round.leaked, '\0');
  round.ended = ended;
  return round;
}

void Faults::must_do(const std::string& what, const std::function<void()>& command) {
  const Round round = without_fault(command);
  EXPECT_EQ(round.ended.shell_code(), 0) << what;
  EXPECT_THAT(round.message, IsEmpty()) << what;
}

bool Faults::fail_call(int which, const Subject& subject) {
  if (subject.before) must_do("before call " + std::to_string(which), subject.before);
  const Round round = with_fault({GetParam().role, which, GetParam().error}, subject.command);
  const std::string verdict = round.message.empty() ? subject.unfinished() : subject.unsound();
  disarm();
  const std::string after = told_->hit() ? std::string("after ") + told_->call : "without a fault";
  EXPECT_EQ(round.ended.shell_code(), 0) << "the runtime hung or crashed " << after;
  EXPECT_THAT(round.leaked, IsEmpty()) << after;
  EXPECT_THAT(verdict, IsEmpty()) << after << ", which said \"" << round.message << "\"";
  must_do("delete --force " + after, [this] { lifecycle::remove(root(), id_, true); });
  EXPECT_THAT(left_over(), IsEmpty()) << after;
  if (!told_->hit()) {
    EXPECT_THAT(round.message, IsEmpty());
    return false;
  }
  const std::string said = round.message + round.warnings;
  if (said.empty()) {
    // Some failures are answers: what could not be looked at is taken as absent, or tried again.
    ++absorbed_;
    RecordProperty("absorbed" + std::to_string(which), told_->call);
  } else {
    EXPECT_THAT(said, HasSubstr(told_->name)) << after;
  }
  return true;
}

void Faults::fail_every_call(const Subject& subject, int least) {
  int which = 1;
  while (fail_call(which, subject) && (!HasFailure() || which < 400))
    ++which;
  EXPECT_GT(which, least) << "so few calls cannot do it";
  EXPECT_LT(absorbed_, which / 4 + 2) << "most failures must be reported";
}

std::string Faults::status() const {
  try {
    return std::string(spec::name_of(lifecycle::find_container(root(), id_).status));
  } catch (const lifecycle::NoSuchContainer&) {
    return "none";
  }
}

bool Faults::comes(const std::function<bool()>& condition) {
  for (int patience = 0; patience < 5000; ++patience) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

std::string Faults::left_over() const {
  std::string found = left_processes();
  if (mounts() != mounts_) found += " a mount";
  for (const auto& hierarchy : layout_.hierarchies) {
    if (sys::exists(hierarchy.mount_point + "/" + id_)) found += " " + hierarchy.mount_point + "/" + id_;
  }
  if (sys::exists(root())) {
    for (const auto& name : sys::list_directory(root()))
      if (!name.starts_with('.')) found += " state/" + name;
  }
  return found;
}

}  // namespace fault
