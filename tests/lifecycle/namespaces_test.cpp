// Namespaces joined by path, and what new ones are given. Reads: runtime-spec config-linux.md (namespaces, timeOffsets),
// time_namespaces(7).
#include <unistd.h>

#include <cstdlib>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Namespaces : public Runtime {
 protected:
  // Runs `bundle` beside the container of the test, under another name.
  std::string beside(const Bundle& bundle) {
    bundle.write();
    const auto output = verb({"run", "--bundle", bundle.path(), id_ + "-beside"});
    return output.text + output.errors;
  }
};

TEST_F(Namespaces, EachKindIsJoinedByItsPath) {
  const Bundle first("sleep 100");
  ASSERT_EQ(verb({"run", "--detach", "--bundle", first.path(), id_}).status.shell_code(), 0);
  const std::string place = "/proc/" + std::to_string(state().at("pid").get<int>()) + "/ns/";
  for (const auto& [type, file] : {std::pair("pid", "pid"), std::pair("network", "net"),
                                   std::pair("ipc", "ipc"), std::pair("uts", "uts")}) {
    Bundle second(std::string("readlink /proc/self/ns/") + file);
    second.config.erase("hostname");
    for (auto& space : second.config["linux"]["namespaces"])
      if (space["type"] == type) space["path"] = place + file;
    EXPECT_EQ(beside(second), sys::readlink(place + file) + "\n") << type;
  }
}

TEST_F(Namespaces, ClocksAreShifted) {
  if (!ours())
    GTEST_SKIP() << "runc 1.1.5 knows no time namespace, crun 1.8.1 no timeOffsets of this version";
  Bundle bundle("cat /proc/uptime");
  bundle.config["linux"]["namespaces"].push_back({{"type", "time"}});
  bundle.config["linux"]["timeOffsets"] = {{"boottime", {{"secs", 1000000000}, {"nanosecs", 500000000}}}};
  EXPECT_GT(std::strtod(run(bundle).text.c_str(), nullptr), 1e9);
}

TEST_F(Namespaces, TheDomainNameIsItsOwn) {
  if (!ours()) GTEST_SKIP() << "the runtimes of Debian 12 are older than this member";
  Bundle bundle("cat /proc/sys/kernel/domainname");
  bundle.config["domainname"] = "example.org";
  EXPECT_EQ(run(bundle).text, "example.org\n");
}

}  // namespace
