// The order of the calls by which a process becomes a container: the same as last time (a golden file), and the same
// as the kernel saw (strace). The trace is only worth believing if it leaves nothing out.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/sys/file.h"
#include "tests/support/bundle.h"

namespace {

using testing_bundle::Bundle;

// The calls that change what the process is or sees; reads and messages are left out, since their number depends
// on the host.
const std::set<std::string> kCalls = {
    "mount",   "umount2",   "pivot_root",  "open_tree", "move_mount",  "mount_setattr", "fsopen", "fsconfig",
    "fsmount", "mknodat",   "symlinkat",   "mkdirat",   "sethostname", "unshare",       "setns",  "chdir",
    "fchdir",  "capset",    "prctl",       "setgroups", "setresuid",   "setresgid",     "setsid", "umask",
    "keyctl",  "setrlimit", "close_range", "seccomp",   "execve",      "execveat"};

// Nothing here depends on the version of the cgroups or on what the kernel's /proc happens to have.
void make_plain(Bundle& bundle) {
  auto& config = bundle.config;
  config["mounts"].erase(5);
  config["linux"]["resources"] = nlohmann::json::object();
  config["linux"]["maskedPaths"] = {"/proc/version", "/sys/kernel"};
  config["linux"]["readonlyPaths"] = {"/proc/sys"};
  bundle.write();
}

std::string container_name() {
  return "order-" + std::to_string(::getpid());
}

// Names of the calls that the container's first process announced, in order.
std::vector<std::string> announced(const std::string& trace_file) {
  std::vector<std::string> names;
  std::ifstream file(trace_file);
  for (std::string line; std::getline(file, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event["kind"] != "call" || event["role"] != "container") continue;
    if (kCalls.count(event["name"]) != 0) names.push_back(event["name"]);
  }
  return names;
}

// Names of the calls of the process that called pivot_root, until it became another program.
std::vector<std::string> seen_by_strace(const std::string& file_name) {
  std::map<std::string, std::vector<std::string>> by_process;
  std::string container;
  std::ifstream file(file_name);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string pid, rest;
    words >> pid;
    std::getline(words >> std::ws, rest);
    std::string name = rest.substr(0, rest.find('('));
    if (name == "prlimit64") name = "setrlimit";
    if (name == "pivot_root") container = pid;
    if (kCalls.count(name) != 0) by_process[pid].push_back(name);
  }
  auto& names = by_process[container];
  const auto program = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return name == "execve" || name == "execveat";
  });
  names.erase(program, names.end());
  return names;
}

std::string without_repetition(const std::vector<std::string>& names) {
  std::string text, last;
  for (const auto& name : names) {
    if (name != last) text += name + "\n";
    last = name;
  }
  return text;
}

std::string lines(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += name + "\n";
  return text;
}

class Calls : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = testing_bundle::missing(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(Calls, ComeInTheOrderOfTheGoldenFile) {
  Bundle bundle("true");
  make_plain(bundle);
  const std::string trace = bundle.path() + "/trace.jsonl";
  const auto output = testing_bundle::run_program(
      {testing_bundle::runtime(), "--trace", trace, "run", "--bundle", bundle.path(), container_name()});
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  const std::string order = without_repetition(announced(trace));
  const std::string golden = ISOLAB_SOURCE "/tests/order/container.golden";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << order;
  EXPECT_EQ(order, sys::read_file(golden));
}

TEST_F(Calls, AreTheCallsThatStraceSees) {
  if (testing_bundle::run_program({"sh", "-c", "command -v strace"}).status.code != 0) {
    GTEST_SKIP() << "strace is not installed";
  }
  Bundle bundle("true");
  make_plain(bundle);
  const std::string trace = bundle.path() + "/trace.jsonl";
  const std::string kernel = bundle.path() + "/strace";
  const auto output =
      testing_bundle::run_program({"strace", "-f", "-qq", "-o", kernel, testing_bundle::runtime(), "--trace",
                                   trace, "run", "--bundle", bundle.path(), container_name()});
  if (output.errors.find("ptrace") != std::string::npos) GTEST_SKIP() << "no ptrace here: " << output.errors;
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  std::vector<std::string> expected = announced(trace);
  std::vector<std::string> seen = seen_by_strace(kernel);
  ASSERT_GT(expected.size(), 30U);
  // The trace falls silent before the filter is loaded and the program begins.
  std::erase(expected, "execve");
  std::erase(expected, "execveat");
  std::erase(expected, "seccomp");
  std::erase(seen, "seccomp");
  // As text, so that a difference is shown as one.
  EXPECT_EQ(lines(seen), lines(expected));
}

}  // namespace
