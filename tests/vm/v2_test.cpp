// Control groups of version 2, whatever the host has: whole test programs run again inside a VM with Debian's kernel,
// where one v2 tree has all controllers, and each of their cases is reported here.
//
// Emulated, a boot and the programs take minutes, so nothing is left out. Reads: cgroups(7),
// pivot_root(2), switch_root(8).
#include <gmock/gmock.h>

#include <iostream>
#include <pugixml.hpp>

#include "base/sys/file.h"
#include "tests/vm/vm_fixture.h"

namespace {

using testing::HasSubstr;

// WHY a second root: the kernel lets nobody pivot_root(2) away from an initramfs (EINVAL), which containers do.
constexpr char kInside[] = R"(#!/bin/sh
mount -t tmpfs -o size=80% tmpfs /new && cp -a /bin /etc /lib /lib64 /usr /tests /new/ && cd /new || exit 1
mkdir -p tmp root run proc sys dev
for place in proc sys dev; do mount --move /$place $place; done
mount --move . / && exec chroot . /bin/sh -c '
  cat /sys/fs/cgroup/cgroup.controllers
  RUNTIME=/bin/mini-runtime /tests/"$0" --gtest_output=xml:/tmp/report.xml >/tmp/log 2>&1
  [ -e /tmp/report.xml ] && cat /tmp/report.xml || cat /tmp/log' "$1"
)";

// The programs without symbols, the host's programs that cases call, what all are linked with; busybox with all its
// names.
constexpr char kFill[] = R"sh(set -e
mkdir -p usr/lib lib64 etc tests new && ln -s usr/lib lib
echo nobody:x:65534:65534::/:/bin/sh > etc/passwd && touch etc/subuid etc/subgid
for name in $(busybox --list); do [ -e bin/$name ] || ln -s busybox bin/$name; done
strip -o bin/mini-runtime "$0/mini-runtime"
for program in $1; do strip -o tests/${program##*/} "$0/../tests/$program"; done
called="bash ps script setpriv newuidmap newgidmap"
for name in $called; do rm -f bin/$name && cp -p "$(command -v $name)" bin/; done
for library in $(cd bin && ldd ../tests/* $(printf './%s ' $called) | grep -o ' /[^ ]*' | sort -u) /lib64/ld-linux-x86-64.so.2; do
  mkdir -p .${library%/*} && cp -Lu $library .$library
done)sh";

constexpr char kPrograms[] =
    "lifecycle/lifecycle_runtime kernel/kernel_cgroup fault/fault_making fault/fault_verbs "
    "end-to-end/end_to_end_shares";

struct Case {
  std::string name, skipped, failed;  // reason and messages; empty if it did not
};

std::vector<Case> cases_of(const std::string& xml) {
  std::vector<Case> cases;
  pugi::xml_document document;
  document.load_string(xml.c_str());
  for (const auto node : document.select_nodes("//testcase")) {
    Case one;
    one.name =
        std::string(node.node().attribute("classname").value()) + "." + node.node().attribute("name").value();
    for (const auto& failure : node.node().children("failure"))
      one.failed += std::string(failure.attribute("message").value()) + "\n";
    const auto skipped = node.node().child("skipped");
    if (skipped) one.skipped = std::string("\n") + skipped.attribute("message").value();
    cases.push_back(one);
  }
  return cases;
}

// What no guest of this kind has. Any other reason to skip is a failure: the point is that nothing is left out.
bool may_be_skipped(const std::string& reason) {
  const auto says = [&](const char* words) { return reason.find(words) != std::string::npos; };
  return says("no disk") || says("v1") || says("only version 1") || says("cgroup v2 has one group") ||
         says("cannot be id-mapped");
}

class V2Guest : public vmtest::Vm, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    Vm::SetUp();
    if (IsSkipped()) return;
    sys::replace_file(path("r/inside"), kInside, 0755);
    const auto filled =
        vmtest::run_program({"sh", "-c", "cd " + path("r") + "; " + kFill, ISOLAB_BIN, kPrograms});
    ASSERT_EQ(filled.code, 0) << filled.error;
    ASSERT_EQ(vmtest::run_program({"tar", "-C", path("r"), "-cf", path("root.tar"), "."}).code, 0);
  }
};

TEST_P(V2Guest, PassesWhatTheHostPasses) {
  const std::string program = GetParam();
  const auto result = run({"--memory", "1g"}, {"/inside", program.substr(program.rfind('/') + 1)});
  const std::size_t start = result.output.find("<?xml");
  ASSERT_NE(start, std::string::npos) << result.output << result.error;
  for (const char* controller : {"cpuset", "cpu", "io", "memory", "pids"})
    EXPECT_THAT(result.output.substr(0, start), HasSubstr(controller));

  const auto cases = cases_of(result.output.substr(start));
  for (const Case& one : cases) {
    const bool left_out = !one.skipped.empty();
    std::cout << "guest: "
              << (left_out             ? "skipped "
                  : one.failed.empty() ? "passed "
                                       : "failed ")
              << one.name << "\n";
    EXPECT_EQ(one.failed, "") << one.name;
    EXPECT_TRUE(!left_out || may_be_skipped(one.skipped)) << one.name << " was skipped: " << one.skipped;
  }
  const auto list = vmtest::run_program({ISOLAB_BIN "/../tests/" + program, "--gtest_list_tests"});
  std::size_t on_the_host = 0;
  for (std::size_t at = 0; (at = list.output.find("\n  ", at)) != std::string::npos; ++at)
    ++on_the_host;
  EXPECT_EQ(cases.size(), on_the_host);
}

INSTANTIATE_TEST_SUITE_P(All, V2Guest,
                         testing::Values("lifecycle/lifecycle_runtime", "kernel/kernel_cgroup",
                                         "fault/fault_making", "fault/fault_verbs",
                                         "end-to-end/end_to_end_shares"),
                         [](const auto& test) {
                           const std::string path = test.param;
                           return path.substr(path.rfind('/') + 1);
                         });

}  // namespace
