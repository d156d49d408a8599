// A script for each part of the lecture that an engine is needed for, run with Debian's docker (dockerd, containerd, runc)
// and with mini-container: what they print, line by line, and the exit codes are the same, but for what differences.txt
// lists with a reason. Reads: docker(1).
#include <gmock/gmock.h>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"
#include "tests/end-to-end/registry_server.h"
#include "tests/end-to-end/sessions/differences.h"

namespace {

using engines::Arguments;
using sessions::Hunk;
using sessions::Step;
using testing_bundle::Output;

struct Session {
  const char* name;
  const char* verb;  // without which there is no such session
};

void PrintTo(const Session& session, std::ostream* out) {
  *out << session.name;
}

class Sessions : public testing::TestWithParam<Session> {
 protected:
  void SetUp() override {
    const std::string why =
        engines::missing({"dockerd", "docker", "runc", "iptables", "ps", "curl", "docker-registry"});
    if (!why.empty()) GTEST_SKIP() << why;
    if (ours({"$DOCKER " + std::string(GetParam().verb)}).status.shell_code() != 0)
      GTEST_SKIP() << "mini-container has no verb " << GetParam().verb << " yet";
    registry_ = std::make_unique<e2e::RegistryServer>(engines::folder() + "/registry");
    // One image for both: the same bytes, the same id.
    must(ours({"$DOCKER run --rm --network none busybox true && $DOCKER save -o ../busybox.tar busybox"}));
  }

  // A script's lines with Debian's docker, or with mini-container, in an empty folder.
  Output docker(const Arguments& command) const {
    static const std::string address = engines::start_dockerd({});
    return run(command, {"DOCKER=/usr/bin/docker", "DOCKER_HOST=" + address});
  }
  Output ours(const Arguments& command) const {
    return run(command, {"DOCKER=" ISOLAB_BIN "/mini-container"});
  }

  static void must(const Output& output) {
    ASSERT_EQ(output.status.shell_code(), 0) << output.text << output.errors;
  }

  // The session as `program` (docker or ours) sees it, in an engine that has one image and nothing else.
  template <class Program>
  std::vector<Step> play(const Program& program) const {
    must(program(
        {"$DOCKER ps -aq | xargs -r $DOCKER rm -fv && $DOCKER system prune -af --volumes && $DOCKER load -i "
         "../busybox.tar"}));
    const std::string script =
        ISOLAB_SOURCE "/tests/end-to-end/sessions/" + std::string(GetParam().name) + ".sh";
    const Output output = program({sessions::kRunner, "sh", script});
    std::vector<Step> steps = sessions::steps_of(output.text);
    for (Step& step : steps)
      for (std::string& line : step.lines)
        line = sessions::normalised(line);
    return steps;
  }

 private:
  Output run(const Arguments& command, const Arguments& settings) const {
    const std::string folder = engines::folder() + "/session";
    testing_bundle::run_program({"rm", "-rf", folder});
    sys::mkdir_if_missing(folder);
    Arguments all = {"env", "-C", folder};
    all.insert(all.end(), settings.begin(), settings.end());
    if (registry_) all.push_back("REGISTRY=" + registry_->host());
    all.insert(all.end(), {"timeout", "120", "sh", "-c"});
    all.insert(all.end(), command.begin(), command.end());
    return testing_bundle::run_program(all);
  }

  std::unique_ptr<e2e::RegistryServer> registry_;
};

// As a block of differences.txt.
std::string block(const std::string& session, const std::string& command, const Hunk& hunk) {
  std::string text = "session: " + session + "\nstep: " + command + "\n";
  for (const std::string& line : hunk.theirs)
    text += "docker: " + line + "\n";
  for (const std::string& line : hunk.ours)
    text += "ours: " + line + "\n";
  return text;
}

TEST_P(Sessions, PrintTheSameWithBothEngines) {
  const std::string name = GetParam().name;
  sessions::Differences allowed(sys::read_file(ISOLAB_SOURCE "/tests/end-to-end/sessions/differences.txt"));
  const auto theirs = play([&](const Arguments& command) { return docker(command); });
  const auto our = play([&](const Arguments& command) { return ours(command); });
  ASSERT_EQ(theirs.size(), our.size());
  ASSERT_GT(theirs.size(), 10U) << "so short a session shows nothing";
  for (std::size_t index = 0; index < theirs.size(); ++index) {
    const Hunk hunk = sessions::difference(allowed.rewritten(true, theirs[index].lines),
                                           allowed.rewritten(false, our[index].lines));
    if (hunk == Hunk{}) continue;
    EXPECT_TRUE(allowed.allows(name, theirs[index].command, hunk))
        << "not in differences.txt:\n"
        << block(name, theirs[index].command, hunk);
  }
  EXPECT_THAT(allowed.unused(name), testing::IsEmpty())
      << "no longer differs: take it out of differences.txt";
}

INSTANTIATE_TEST_SUITE_P(Of, Sessions,
                         testing::Values(Session{"life", "ps"}, Session{"images", "images"},
                                         Session{"layers", "images"}, Session{"inside", "ps"},
                                         Session{"volumes", "volume ls"}, Session{"networks", "network ls"},
                                         Session{"cleanup", "system df"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Transcripts, LoseWhatIsDifferentInEveryRun) {
  EXPECT_EQ(sessions::normalised("web   0123456789ab   Up 3 seconds   "), "web  ID  Up AGE");
  EXPECT_EQ(sessions::normalised("sha256:" + std::string(64, 'a') + " 2 weeks ago"), "sha256:ID AGE");
  EXPECT_EQ(sessions::normalised("See 'docker run --help'."), "See 'DOCKER run --help'.");
}

TEST(Transcripts, DifferInTheLinesBetweenThoseThatAreTheSame) {
  EXPECT_EQ(sessions::difference({"a", "b", "z"}, {"a", "c", "d", "z"}), (Hunk{{"b"}, {"c", "d"}}));
  EXPECT_EQ(sessions::difference({"a"}, {"a", "a"}), (Hunk{{}, {"a"}}));
  EXPECT_EQ(sessions::difference({}, {}), Hunk{});
}

TEST(DifferencesFile, IsUsedUpOrTellsWhatIsLeft) {
  sessions::Differences list(
      "session: s\nstep: c\ndocker: x\nbecause: y\n\nrewrite: docker\nfrom: ^Error: \nto: \nsession: "
      "s\nbecause: y\n");
  EXPECT_FALSE(list.allows("s", "c", {{"z"}, {}}));
  EXPECT_EQ(list.unused("s").size(), 2U);
  EXPECT_TRUE(list.allows("s", "c", {{"x"}, {}}));
  EXPECT_THAT(list.rewritten(true, {"Error: x", "Error: ", ""}), testing::ElementsAre("x", ""));
  EXPECT_TRUE(list.unused("s").empty());
  EXPECT_THROW(sessions::Differences("session: s\nstep: c\n"), std::invalid_argument) << "no reason is given";
}

}  // namespace
