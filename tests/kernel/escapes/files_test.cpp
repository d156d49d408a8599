// Files, devices and parameters of the host, looked for in every way that is known to have led to them.
#include "tests/kernel/escapes/fixture.h"

namespace {

using escapes::Answers;
using escapes::Default;
using escapes::Expected;
using escapes::kWorked;

const std::vector<Expected> kGroups = {
    {"release-agent", {"EROFS", "ENOENT"}, {kWorked}},
    {"cgroup-mkdir", {"EROFS"}, {kWorked}},
};

const std::vector<Expected> kParameters = {
    {"parameters", {"EROFS"}, {kWorked}},
    {"core-pattern", {"EROFS"}, {kWorked}},
    {"sysrq", {"EROFS", "ENOENT"}, {kWorked, "ENOENT"}},  // ENOENT: a kernel without it
    {"interrupts", {"EROFS", "ENOENT"}, {kWorked}},
    {"sysfs", {"EROFS", "EACCES"}, {kWorked}},
    {"masked-file", {"ENODATA"}, {kWorked}},
};

const std::vector<Expected> kDevices = {
    {"disks", {"EPERM"}, {kWorked}},
    {"character-devices", {"EPERM"}, {kWorked}},
};

const std::vector<Expected> kHandles = {
    {"handle", {"EPERM"}, {kWorked}},
    {"handle-of-namespace",
     {"EPERM", "ESTALE", "EOPNOTSUPP"},
     {kWorked, "EOPNOTSUPP"}},  // Linux 6.18 has them
};

class FileEscapes : public escapes::Escape, public testing::WithParamInterface<Default> {};

// CVE-2022-0492: release_agent of a v1 hierarchy names a program that the host's root runs.
TEST_P(FileEscapes, NoReleaseAgentIsSetAndNoGroupMade) {
  escapes::expect_stopped(answers(GetParam(), "files"), kGroups);
}

TEST_P(FileEscapes, NoParameterOfTheHostOpensForWriting) {
  escapes::expect_stopped(answers(GetParam(), "files"), kParameters);
}

TEST_P(FileEscapes, NoDiskAndNoMemoryIsReadThroughANode) {
  escapes::expect_stopped(answers(GetParam(), "files"), kDevices);
}

// "Shocker", 2014: the handle of a file is enough where CAP_DAC_READ_SEARCH is left.
TEST_P(FileEscapes, NoFileOfTheHostOpensByItsHandle) {
  escapes::expect_stopped(answers(GetParam(), "files"), kHandles);
}

TEST_P(FileEscapes, NoDescriptorOrDirectoryLeadsToTheHost) {
  const Answers answers = this->answers(GetParam(), "files");
  escapes::expect_stopped(
      answers, {{"leaked-descriptor", {"EBADF"}, {}}, {"climb", {"ENOENT", "EACCES", "EPERM"}, {}}});
}

INSTANTIATE_TEST_SUITE_P(, FileEscapes, testing::Values(Default::spec, Default::engine),
                         [](const auto& which) { return escapes::name_of(which.param); });

class FileEscapesControl : public escapes::Escape {};

TEST_F(FileEscapesControl, UncoveredAndWithAllPowersEverythingOpens) {
  const Answers answers = answers_without(
      [](nlohmann::json& config) {
        escapes::tear_down_walls(config);
        escapes::uncover(config);
      },
      "files");
  for (const auto& expected : {kGroups, kParameters, kDevices, kHandles})
    escapes::expect_real(answers, expected);
}

// With the power to make nodes (CAP_MKNOD) only the device rules stand before the disk.
TEST_F(FileEscapesControl, DeviceRulesAloneKeepDisksClosed) {
  const Answers answers = answers_without(
      [](nlohmann::json& config) {
        const auto rules = config["linux"]["resources"];
        escapes::tear_down_walls(config);
        config["linux"]["resources"] = rules;
        config["linux"]["resources"]["devices"].push_back({{"allow", true}, {"access", "m"}});
      },
      "files");
  escapes::expect_stopped(answers, kDevices);
}

TEST_F(FileEscapesControl, WithoutAPidNamespaceThereIsAWayToTheHost) {
  const Answers answers = answers_without(
      [](nlohmann::json& config) {
        escapes::tear_down_walls(config);
        escapes::remove_namespace(config, "pid");
      },
      "files");
  escapes::expect_real(answers, {{"climb", {}, {kWorked}}});
}

TEST_F(FileEscapesControl, APreservedDescriptorIsFound) {
  const auto bundle = escapes::spec_bundle(*host_, attack("files"));
  std::vector<std::string> command = {"/bin/sh", "-c", "exec \"$@\" 3</", "sh"};
  for (const auto& word : runtime({"run", "--preserve-fds", "1", "--bundle", bundle->path(), id_}))
    command.push_back(word);
  const Answers answers = escapes::answers_in(testing_bundle::run_program(command).text);
  escapes::expect_real(answers, {{"leaked-descriptor", {}, {kWorked}}, {"climb", {}, {kWorked}}});
}

}  // namespace
