// What `ps`, `inspect`, `port` and `top` show, and how --format and --filter change it.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class Lists : public e2e::Containers {
 protected:
  std::string names(std::vector<std::string> options) const {
    options.insert(options.begin(), {"ps", "--format", "{{.Names}}"});
    return mini(options).out;
  }
};

TEST_F(Lists, PsHasDockersColumns) {
  detached({"--name", "web", "busybox", "sleep", "100.000000000000000"});
  EXPECT_THAT(mini({"ps"}).out,
              MatchesRegex("CONTAINER ID   IMAGE     COMMAND +CREATED +STATUS +PORTS     NAMES\n"
                           "[0-9a-f]{12}   busybox   \"sleep 100.000000000…\"   .* ago   Up .*   +web\n"));
  EXPECT_THAT(mini({"ps", "--no-trunc"}).out, HasSubstr("\"sleep 100.000000000000000\""));
  EXPECT_THAT(mini({"container", "ls"}).out, HasSubstr("web"));
}

TEST_F(Lists, PsShowsTheLastOnesWhateverTheirState) {
  created({"--name", "first", "busybox", "true"});
  detached({"--name", "second", "busybox", "sleep", "100"});
  created({"--name", "third", "busybox", "true"});
  EXPECT_EQ(names({}), "second\n");
  EXPECT_EQ(names({"-a"}), "third\nsecond\nfirst\n");
  EXPECT_EQ(names({"-l"}), "third\n");
  EXPECT_EQ(names({"-n", "2"}), "third\nsecond\n");
}

TEST_F(Lists, PsSizesCountWhatWasWritten) {
  EXPECT_EQ(run_container({"--name", "writer", "busybox", "sh", "-c", "head -c 12000 /dev/zero >/file"}).code,
            0);
  EXPECT_THAT(mini({"ps", "-a", "-s"}).out,
              testing::ContainsRegex("NAMES +SIZE\n.*writer +12kB \\(virtual "));
  EXPECT_EQ(mini({"ps", "-a", "--format", "{{.Names}} {{.Size}}"}).out.substr(0, 12), "writer 12kB ");
}

TEST_F(Lists, PsFiltersByEveryKey) {
  const std::string id = created({"--name", "one", "-l", "tier=front", "-l", "old", "busybox", "true"});
  EXPECT_EQ(run_container(
                {"--name", "two", "--network", "none", "-v", "data:/data", "busybox", "sh", "-c", "exit 4"})
                .code,
            4);
  detached({"--name", "three", "busybox", "sleep", "100"});
  EXPECT_EQ(names({"-a", "-f", "id=" + id.substr(0, 8)}), "one\n");
  EXPECT_EQ(names({"-a", "-f", "name=t"}), "three\ntwo\n");
  EXPECT_EQ(names({"-f", "status=created"}), "one\n");
  EXPECT_EQ(names({"-f", "status=running", "-f", "status=created"}), "three\none\n");
  EXPECT_EQ(names({"-a", "-f", "exited=4"}), "two\n");
  EXPECT_EQ(names({"-a", "-f", "label=tier=front"}), "one\n");
  EXPECT_EQ(names({"-a", "-f", "label=old", "-f", "name=two"}), "");
  EXPECT_EQ(names({"-a", "-f", "network=none"}), "two\n");
  EXPECT_EQ(names({"-a", "-f", "volume=data"}), "two\n");
  EXPECT_EQ(names({"-a", "-f", "ancestor=busybox", "-f", "before=two"}), "one\n");
  EXPECT_EQ(names({"-a", "-f", "since=two"}), "three\n");
  EXPECT_EQ(mini({"ps", "-f", "colour=red"}).code, 1);
}

TEST_F(Lists, FormatsAreTablesTemplatesAndJson) {
  created({"--name", "one", "-l", "a=b", "busybox", "true"});
  EXPECT_EQ(mini({"ps", "-a", "--format", "table {{.Names}}\\t{{.State}}\\t{{.Labels}}"}).out,
            "NAMES     STATE     LABELS\none       created   a=b\n");
  EXPECT_EQ(nlohmann::json::parse(mini({"ps", "-a", "--format", "json"}).out)["State"], "created");
  EXPECT_THAT(mini({"ps", "-a", "--format", "{{.Nothing}}"}).err, HasSubstr(".Nothing"));
  EXPECT_EQ(
      mini({"inspect", "-f", "{{.Name}} {{json .Config.Cmd}} {{index .Config.Labels \"a\"}}", "one"}).out,
      "/one [\"true\"] b\n");
}

TEST_F(Lists, InspectShowsThoseThatThereAre) {
  created({"--name", "one", "busybox", "true"});
  const Result result = mini({"inspect", "nosuch", "one"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(nlohmann::json::parse(result.out).size(), 1U);
  EXPECT_THAT(result.err, HasSubstr("nosuch"));
}

TEST_F(Lists, PortsLeadFromTheHostToTheContainer) {
  const std::string host = std::to_string(20000 + ::getpid() % 20000);
  detached({"--name", "web", "-p", "127.0.0.1:" + host + ":80", "-p", host + ":53/udp", "busybox", "sleep",
            "100"});
  EXPECT_EQ(mini({"port", "web"}).out, "80/tcp -> 127.0.0.1:" + host + "\n53/udp -> 0.0.0.0:" + host + "\n");
  EXPECT_EQ(mini({"port", "web", "80"}).out, "127.0.0.1:" + host + "\n");
  EXPECT_EQ(mini({"port", "web", "53/udp"}).out, "0.0.0.0:" + host + "\n");
  EXPECT_THAT(mini({"port", "web", "53"}).err, HasSubstr("No public port '53/tcp' published for web"));
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("127.0.0.1:" + host + "->80/tcp"));
}

TEST_F(Lists, TopShowsTheProcessesAsTheHostSeesThem) {
  detached({"--name", "web", "busybox", "sh", "-c", "sleep 4711 & sleep 4712"});
  EXPECT_TRUE(e2e::eventually([&] {
    const std::string shown = mini({"top", "web"}).out;
    return shown.find("sleep 4711") != std::string::npos && shown.find("sleep 4712") != std::string::npos;
  }));
  EXPECT_THAT(mini({"top", "web"}).out,
              MatchesRegex("UID +PID +PPID +C +STIME +TTY +TIME +CMD\n(root .*\n){2}"));
  const std::string pid = mini({"inspect", "-f", "{{.State.Pid}}", "web"}).out;
  EXPECT_THAT(mini({"top", "web", "-o", "pid,comm"}).out,
              HasSubstr("\n" + pid.substr(0, pid.size() - 1) + " "));
  EXPECT_THAT(mini({"top", "web", "-o", "comm"}).err, HasSubstr("PID"));
  mini({"kill", "web"});
  mini({"wait", "web"});
  EXPECT_THAT(mini({"top", "web"}).err, HasSubstr("is not running"));
}

TEST_F(Lists, ContainerPruneForgetsWhatFits) {
  created({"--name", "old", "-l", "old", "busybox", "true"});
  created({"--name", "young", "busybox", "true"});
  detached({"--name", "busy", "-l", "old", "busybox", "sleep", "100"});
  EXPECT_THAT(mini({"container", "prune"}, "n\n").out, HasSubstr("Are you sure you want to continue? [y/N]"));
  EXPECT_THAT(mini({"container", "prune", "-f", "--filter", "label=old"}).out,
              MatchesRegex("Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: 0B\n"));
  EXPECT_EQ(names({"-a"}), "busy\nyoung\n");
  EXPECT_THAT(mini({"container", "prune"}, "y\n").out, Not(HasSubstr("busy")));
  EXPECT_EQ(names({"-a"}), "busy\n");
}

}  // namespace
