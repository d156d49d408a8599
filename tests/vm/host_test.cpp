// What the host sees of VMs: list, stop, console, the verdict on KVM, and that nothing stays.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "tests/vm/vm_fixture.h"

namespace {

using testing::HasSubstr;
using vmtest::eventually;
using vmtest::Vm;

TEST_F(Vm, IsListedWhileItRunsAndStopsWithoutATrace) {
  sys::Child child = start_sleeper("listed");
  const auto state = nlohmann::json::parse(listed("listed"));
  EXPECT_EQ(state.at("accelerator"), "tcg");
  const pid_t qemu = state.at("qemu").at("pid");
  EXPECT_THAT(sys::read_file("/proc/" + std::to_string(qemu) + "/cmdline"), HasSubstr("qemu-system"));
  EXPECT_THAT(sys::read_file("/proc/" + std::to_string(qemu) + "/smaps_rollup"), HasSubstr("Pss:"));
  EXPECT_EQ(launcher({"stop", "-t", "20", "listed"}).code, 0);
  EXPECT_FALSE(sys::exists(run_folder() + "listed"));
  EXPECT_FALSE(sys::start_time(qemu));
  EXPECT_EQ(child.wait().shell_code(), 128 + SIGTERM);
}

TEST_F(Vm, ItsConsoleCanBeReadByAnotherProcess) {
  sys::Child child = start_sleeper("spoken");
  const sys::UniqueFd control = sys::connect_unix(run_folder() + "spoken/control");
  sys::write_all(control.get(), "console\n");
  std::string heard;
  char buffer[512];
  ASSERT_TRUE(eventually([&] {
    pollfd entry{control.get(), POLLIN, 0};
    if (sys::poll({&entry, 1}, 0) == 1) heard.append(buffer, sys::read(control.get(), buffer));
    return heard.find("guest-init: up after") != std::string::npos;
  })) << heard;
  EXPECT_EQ(launcher({"stop", "-t", "0", "spoken"}).code, 0);
  EXPECT_EQ(child.wait().shell_code(), 128 + SIGKILL);
}

TEST_F(Vm, WhoseLauncherWasKilledIsCleanedUpByTheNextCommand) {
  sys::Child child = start_sleeper("orphan");
  const pid_t qemu = nlohmann::json::parse(listed("orphan")).at("qemu").at("pid");
  child.kill(SIGKILL);
  child.wait();
  EXPECT_EQ(listed("orphan"), "");
  EXPECT_FALSE(sys::exists(run_folder() + "orphan"));
  EXPECT_TRUE(eventually([&] { return !sys::start_time(qemu) || sys::process_state(qemu) == 'Z'; }));
}

TEST_F(Vm, WhoseQemuWasKilledSaysSo) {
  sys::SpawnOptions options;
  const sys::UniqueFd error = sys::memfd_create("error");
  options.error = error.get();
  sys::Child child = sys::spawn(run_line({"--name", "struck"}, {"sleep", "300"}), options);
  ASSERT_TRUE(eventually([&] { return listed("struck").find("\"running\"") != std::string::npos; }, 90));
  sys::kill_if_present(nlohmann::json::parse(listed("struck")).at("qemu").at("pid"), SIGKILL);
  EXPECT_EQ(child.wait().shell_code(), 125);
  EXPECT_FALSE(sys::exists(run_folder() + "struck"));
}

TEST_F(Vm, AnInterruptReachesTheCommand) {
  sys::Child child = start_sleeper("interrupted");
  child.kill(SIGINT);
  EXPECT_EQ(child.wait().shell_code(), 128 + SIGINT);
  EXPECT_FALSE(sys::exists(run_folder() + "interrupted"));
}

TEST_F(Vm, NamesAreTakenOnce) {
  sys::Child child = start_sleeper("taken");
  const auto second = run({"--name", "taken"}, {"true"});
  EXPECT_EQ(second.code, 125);
  EXPECT_THAT(second.error, HasSubstr("runs already"));
  EXPECT_EQ(launcher({"stop", "-t", "0", "taken"}).code, 0);
  child.wait();
}

// True on a host where KVM works, and where it does not: the verdict is proved, and run agrees with it.
TEST_F(Vm, KvmIsUsedWhereItIsProvedAndRefusedWithEvidenceWhereNot) {
  const auto doctor = launcher({"doctor", "--format", "json"});
  ASSERT_EQ(doctor.code, 0) << doctor.error;
  const auto kvm = nlohmann::json::parse(doctor.output).at("kvm");
  std::vector<std::string> line = run_line({}, {"true"});
  line[3] = "kvm";
  const auto result = vmtest::run_program(line);
  if (kvm.at("usable")) {
    EXPECT_EQ(result.code, 0) << result.error;
    return;
  }
  EXPECT_EQ(result.code, 125);
  EXPECT_THAT(result.error, HasSubstr(kvm.at("reason").get<std::string>()));
  line[3] = "auto";
  const auto fallback = vmtest::run_program(line);
  EXPECT_EQ(fallback.code, 0) << fallback.error;
  EXPECT_THAT(fallback.error, HasSubstr("using emulation (TCG)"));
}

TEST_F(Vm, OurOwnFailuresAre125) {
  EXPECT_EQ(launcher({"run"}).code, 125);
  EXPECT_EQ(launcher({"run", "--profile", "huge", "x"}).code, 125);
  EXPECT_EQ(launcher({"run", "--rootfs", "/nosuch.tar", "--", "true"}).code, 125);
  EXPECT_EQ(launcher({"nosuchverb"}).code, 125);
  EXPECT_EQ(launcher({"stop", "nosuchvm"}).code, 1);
}

TEST_F(Vm, ATraceTellsTheStory) {
  const auto result = run({"--explain"}, {"true"});
  EXPECT_EQ(result.code, 0);
  for (const char* part :
       {"guest kernel", "initramfs", "start QEMU", "virDomainCreateXML", "boot the guest", "run the command"})
    EXPECT_THAT(result.error, HasSubstr(part));
}

}  // namespace
