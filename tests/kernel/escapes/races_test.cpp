// Races: while containers start, a hostile neighbour that shares a volume or the root file system exchanges names, so that
// a path leads somewhere else between two looks at it (CVE-2021-30465 and the three of November 2025: CVE-2025-31133,
// CVE-2025-52565, CVE-2025-52881).
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

namespace fs = std::filesystem;
using escapes::Bundle;
using escapes::Output;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr int kRounds = 30;
constexpr int kRoundsUntilOneRuns = 300;

class RaceEscapes : public escapes::Escape {
 protected:
  void SetUp() override {
    Escape::SetUp();
    if (host_) fs::create_directories(volume());
  }
  void TearDown() override {
    stop();
    Escape::TearDown();
  }
  void stop() {
    if (hostile_) {
      hostile_.kill(SIGKILL);
      hostile_.wait();
    }
    verb({"delete", "--force", id_ + "-hostile"});
  }

  std::string volume(const std::string& name = "") const { return host_->place("volume" + name); }

  // A container in which root exchanges two names of the volume, which it has at /vol, until the end of the test.
  void exchange(const std::string& one, const std::string& other) {
    hostile_bundle_ =
        escapes::spec_bundle(*host_, {"/attack/attacks", "swap", "a=/vol/" + one, "b=/vol/" + other});
    add_mount(*hostile_bundle_, "/vol", volume());
    hostile_bundle_->write();
    hostile_ = sys::spawn(runtime({"run", "--bundle", hostile_bundle_->path(), id_ + "-hostile"}));
    // Until both kinds of file have been seen under the name.
    const auto is_link = [&] { return fs::is_symlink(fs::symlink_status(volume("/" + one))); };
    for (const bool wanted : {true, false})
      for (int i = 0; i < 1'000'000 && is_link() != wanted; ++i)
        sys::poll({}, 0);
  }
  static void add_mount(Bundle& bundle, const std::string& destination, const std::string& source) {
    bundle.config["mounts"].push_back(
        {{"destination", destination}, {"type", "bind"}, {"source", source}, {"options", {"rbind", "rw"}}});
  }
  // A container that shares the volume, and looks at what it got.
  std::unique_ptr<Bundle> victim() const {
    auto bundle = escapes::spec_bundle(
        *host_,
        {"/attack/attacks", "files", "secret=" + host_->secret(),
         "only=climb,core-pattern,sysrq,masked-file,release-agent,leaked-descriptor,moved-parameters"});
    add_mount(*bundle, "/vol", volume());
    return bundle;
  }
  // The same, with the volume for its /dev; there `name` is a file and a link to the handler of cores by turns.
  std::unique_ptr<Bundle> victim_whose_dev_has(const std::string& name) {
    for (const char* directory : {"/pts", "/shm", "/mqueue"})
      fs::create_directories(volume(directory));
    sys::write_file_atomically(volume("/" + name), "");
    fs::create_symlink("/proc/sys/kernel/core_pattern", volume("/link"));
    exchange(name, "link");
    auto bundle = victim();
    bundle->config["mounts"][1] = {
        {"destination", "/dev"}, {"type", "bind"}, {"source", volume()}, {"options", {"bind", "rw"}}};
    return bundle;
  }
  // Starts it again and again, then ends the exchange. Where it runs, nothing may have worked, and the host be the same.
  // It has to run at least once, unless a refusal that says `refusal` is all that it can get.
  void race(const Bundle& bundle, const std::string& refusal = "") {
    int ran = 0;
    for (int round = 0; round < kRounds || (ran == 0 && refusal.empty() && round < kRoundsUntilOneRuns);
         ++round) {
      const Output output = run(bundle);
      EXPECT_THAT(output.text, Not(HasSubstr("WORKED"))) << output.text;
      if (output.text.ends_with("end\n")) ++ran;
      const std::string changes = host_->changes();
      EXPECT_EQ(changes, "") << "in round " << round;
      if (HasFailure()) break;
      last_error_ = output.errors.empty() ? last_error_ : output.errors;
    }
    stop();
    if (ran == 0) {
      EXPECT_NE(refusal, "") << "it never ran, so little was tried";
      EXPECT_THAT(last_error_, HasSubstr(refusal));
    }
  }

  std::unique_ptr<Bundle> hostile_bundle_;
  sys::Child hostile_;
  std::string last_error_;
};

json bind_of(const std::string& destination, const std::string& source) {
  return {{"destination", destination}, {"type", "bind"}, {"source", source}, {"options", {"bind", "ro"}}};
}

// CVE-2021-30465: directories are made and file systems attached where a path leads that was looked at before.
TEST_F(RaceEscapes, MountTargetsStayInTheRoot) {
  for (const std::string& target :
       {host_->place("host"), "../../../../../../../../" + host_->place("host")}) {
    fs::create_directories(volume("/swap"));
    fs::create_symlink(target, volume("/link"));
    exchange("swap", "link");
    const auto bundle = victim();
    bundle->config["mounts"].push_back(
        {{"destination", "/vol/swap/made/tmpfs"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    bundle->config["mounts"].push_back(bind_of("/vol/swap/file", host_->lent() + "/attacks"));
    bundle->config["process"]["cwd"] = "/vol/swap/cwd";
    race(*bundle);
    // WHY both: the exchange ended at any moment, so either may be the directory.
    for (const char* name : {"/swap", "/link"})
      fs::remove_all(volume(name));
  }
}

// The control: whoever looks first and goes by the path afterwards makes directories on the host within a few rounds.
TEST_F(RaceEscapes, WhoLooksFirstAndGoesByPathLaterIsFooled) {
  fs::create_directories(volume("/swap"));
  fs::create_symlink(host_->place("host"), volume("/link"));
  exchange("swap", "link");
  const std::string made = host_->place("host/made");
  bool fooled = false;
  for (int round = 0; round < 200'000 && !fooled; ++round) {
    if (fs::is_symlink(fs::symlink_status(volume("/swap")))) continue;
    ::usleep(20);
    std::error_code ignored;
    fs::create_directory(volume("/swap/made"), ignored);
    fooled = sys::exists(made);
    fs::remove(volume("/swap/made"), ignored);
  }
  fs::remove(made);
  EXPECT_TRUE(fooled) << "the names are not exchanged, or too slowly to prove anything";
}

// Masked and read-only paths, devices and their links, whose way leads through the volume.
TEST_F(RaceEscapes, MasksAndDevicesStayInTheRoot) {
  fs::create_directories(volume("/swap"));
  sys::write_file_atomically(volume("/swap/secret"), "of the volume");
  fs::create_symlink(host_->place("host"), volume("/link"));
  exchange("swap", "link");
  const auto bundle = victim();
  bundle->config["linux"]["maskedPaths"].push_back("/vol/swap/secret");
  bundle->config["linux"]["readonlyPaths"].push_back("/vol/swap");
  bundle->config["linux"]["devices"] = {
      {{"path", "/vol/swap/device"}, {"type", "c"}, {"major", 1}, {"minor", 3}, {"fileMode", 438}}};
  race(*bundle);
}

// CVE-2025-31133: what masks is the image's /dev/null, and that is a link to what the attacker wants to have.
TEST_F(RaceEscapes, MasksAreNotMadeOfTheImagesNull) {
  const auto bundle = victim_whose_dev_has("null");
  race(*bundle);
}

// CVE-2025-52565: /dev/console is bound onto, and is a link by then; so is /dev/pts/0, from which it is bound.
TEST_F(RaceEscapes, TheConsoleIsATerminalAndNothingElse) {
  const auto bundle = victim_whose_dev_has("console");
  bundle->config["process"]["terminal"] = true;
  race(*bundle, "/dev/console inside the root");
}

// CVE-2025-52881: what the runtime writes into /proc lands in another file, because something else was mounted there.
TEST_F(RaceEscapes, WritesToProcGoToProc) {
  fs::create_directories(volume("/swap"));
  sys::write_file_atomically(volume("/msgmax"), "forged");
  fs::create_symlink("/proc/sys/kernel", volume("/link"));
  exchange("swap", "link");
  const auto bundle = victim();
  bundle->config["linux"]["sysctl"] = {{"kernel.msgmax", "4242"}};
  json forgery = bind_of("/vol/swap/msgmax", volume("/msgmax"));
  // WHY not read-only: that alone would keep the parameter out of it.
  forgery["options"] = {"bind"};
  bundle->config["mounts"].push_back(forgery);
  race(*bundle);
  EXPECT_EQ(sys::read_file(volume("/msgmax")), "forged");
}

// The neighbour gives the directory on which /proc was mounted another name; the mount goes with it, and masks by path
// would miss it.
TEST_F(RaceEscapes, AProcThatIsMovedAwayIsNotLeftUncovered) {
  const auto bundle = victim();
  bundle->config["root"]["readonly"] = false;
  fs::create_directories(bundle->rootfs("/decoy"));
  const std::vector<std::string> exchange = {"attacks", "exchange", "a=" + bundle->rootfs("/proc"),
                                             "b=" + bundle->rootfs("/decoy")};
  bundle->config["hooks"]["createRuntime"] = {{{"path", host_->lent() + "/attacks"}, {"args", exchange}}};
  const Output output = run(*bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("/proc is no longer what was mounted there"));
  EXPECT_THAT(output.text, Not(HasSubstr("WORKED")));
}

TEST_F(RaceEscapes, AProcThatIsMovedAgainAndAgainIsNotLeftUncovered) {
  const auto bundle = victim();
  bundle->config["root"]["readonly"] = false;
  fs::create_directory_symlink("dev", bundle->rootfs("/decoy"));
  hostile_ = sys::spawn(
      {host_->lent() + "/attacks", "swap", "a=" + bundle->rootfs("/proc"), "b=" + bundle->rootfs("/decoy")});
  race(*bundle);
}

}  // namespace
