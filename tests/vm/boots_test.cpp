// A command in a VM behaves as one in a container: its streams, its exit code, its input; in every profile.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/vm/vm_fixture.h"

namespace {

using testing::HasSubstr;
using vmtest::Vm;

class VmProfile : public Vm, public testing::WithParamInterface<const char*> {};

TEST_P(VmProfile, ReturnsStreamsApartAndTheExitCode) {
  const auto result = run({"--profile", GetParam()}, {"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.code, 3) << result.error;
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "err\n");
}

TEST_P(VmProfile, CarriesInputAndOutputOfAnySizeUnharmed) {
  std::string input;
  for (int line = 0; line < 40000; ++line)
    input += std::to_string(line * 7919) + (line % 50 == 0 ? std::string("\0\x03\x04\xa5IVM\r", 8) : "\n");
  const auto result = run({"--profile", GetParam(), "-i"}, {"cat"}, input);
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_EQ(result.output.size(), input.size());
  EXPECT_TRUE(result.output == input);
}

INSTANTIATE_TEST_SUITE_P(All, VmProfile, testing::Values("tiny", "devices", "compat"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(Vm, HasItsOwnKernelAndSeesOnlyItself) {
  const auto result =
      run({"--name", "self"}, {"sh", "-c", "uname -rn; ls -d /.isolab; ps | wc -l; cat /proc/1/comm"});
  EXPECT_THAT(result.output, HasSubstr("self 6."));
  EXPECT_THAT(result.output, HasSubstr("cloud-amd64"));
  EXPECT_THAT(result.output, HasSubstr("init"));
  EXPECT_THAT(result.error, HasSubstr("/.isolab: No such file"));
}

TEST_F(Vm, SaysAsDockerDoesWhenTheCommandCannotStart) {
  EXPECT_EQ(run({}, {"nosuch"}).code, 127);
  EXPECT_EQ(run({}, {"/etc/passwd"}).code, 126);
  EXPECT_EQ(run({"-w", "/nosuch"}, {"true"}).code, 125);
}

TEST_F(Vm, RunsAsTheUserInTheFolderAndEnvironmentAskedFor) {
  const auto result = run({"-u", "user", "-w", "/tmp", "-e", "A=b c", "--memory", "512m"},
                          {"sh", "-c", "id -u; id -G; pwd; echo \"$A\"; echo $HOME; head -1 /proc/meminfo"});
  EXPECT_THAT(result.output, testing::StartsWith("1000\n100 50\n/tmp\nb c\n/root\nMemTotal:         4"))
      << result.error;
}

TEST_F(Vm, WritesTheStampsOfTheBootInOrder) {
  ASSERT_EQ(run({"--timings", path("timings.json")}, {"echo", "x"}).code, 0);
  const auto timings = nlohmann::json::parse(sys::read_file(path("timings.json")));
  double before = 0;
  for (const char* stamp : {"prepared", "connected", "qemu_started", "first_console", "ready", "first_output",
                            "exited", "gone"}) {
    ASSERT_TRUE(timings.at(stamp).is_number()) << stamp;
    EXPECT_GE(timings.at(stamp).get<double>(), before) << stamp;
    before = timings.at(stamp);
  }
  EXPECT_EQ(timings.at("accelerator"), "tcg");
  EXPECT_EQ(timings.at("attempts"), "1");
}

TEST_F(Vm, ABootThatCannotSucceedIsDescribedAndTriedTwice) {
  // Too little memory for the kernel: it dies before PID 1.
  const auto result = run({"--memory", "40", "--timeout", "4"}, {"true"});
  EXPECT_EQ(result.code, 125);
  EXPECT_THAT(result.error, HasSubstr("trying once more"));
  EXPECT_THAT(result.error, HasSubstr("console:"));
}

}  // namespace
