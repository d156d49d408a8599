// The journal of events: what a container's life leaves in it, who is woken by it, and what is let through.
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::Result;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Events : public e2e::Containers {
 protected:
  // What has happened so far, by `format`, a line each.
  std::vector<std::string> lines(const std::vector<std::string>& filters = {},
                                 const std::string& format = "{{.Action}}") const {
    std::vector<std::string> command = {"events", "--since", "1h", "--until", "0s", "--format", format};
    for (const std::string& filter : filters)
      command.insert(command.end(), {"-f", filter});
    const Result result = mini(command);
    EXPECT_EQ(result.code, 0) << result.err;
    std::vector<std::string> found;
    std::istringstream text(result.out);
    for (std::string line; std::getline(text, line);)
      found.push_back(line);
    return found;
  }
};

TEST_F(Events, TellALifeInItsOrder) {
  detached({"--name", "web", "--label", "tier=front", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"pause", "web"}).code, 0);
  EXPECT_EQ(mini({"unpause", "web"}).code, 0);
  EXPECT_EQ(mini({"rename", "web", "old"}).code, 0);
  EXPECT_EQ(mini({"exec", "old", "true"}).code, 0);
  EXPECT_EQ(mini({"restart", "-t", "0", "old"}).code, 0);
  EXPECT_EQ(mini({"kill", "-s", "KILL", "old"}).code, 0);
  mini({"wait", "old"});
  EXPECT_EQ(mini({"rm", "old"}).code, 0);
  EXPECT_THAT(
      lines({"label=tier=front"}),
      ElementsAre("create", "start", "pause", "unpause", "rename", "exec_create: true", "exec_start: true",
                  "exec_die", "kill", "kill", "die", "stop", "start", "restart", "kill", "die", "destroy"));
  EXPECT_THAT(lines({"container=old", "event=die"}, "{{.Actor.Attributes.exitCode}}"),
              ElementsAre("137", "137"));
  EXPECT_THAT(lines({"event=rename"}, "{{.Actor.Attributes.oldName}} {{.Actor.Attributes.name}}"),
              ElementsAre("/web old"));
  EXPECT_THAT(lines({"event=exec_create", "event=exec_start"}).size(), 2U);
}

TEST_F(Events, OfARunThatIsForgottenEndWithDestroy) {
  EXPECT_EQ(run_container({"--rm", "--name", "short", "busybox", "sh", "-c", "exit 3"}).code, 3);
  EXPECT_THAT(lines({"container=short"}), ElementsAre("create", "start", "die", "destroy"));
}

TEST_F(Events, TellHowAnExecThatWasLeftAloneHasEnded) {
  detached({"--name", "web", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"exec", "-d", "web", "sh", "-c", "exit 7"}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] {
    return lines({"event=exec_die"}, "{{.Actor.Attributes.exitCode}}") == std::vector<std::string>{"7"};
  }));
  EXPECT_EQ(mini({"exec", "-d", "web", "nosuchprogram"}).code, 127);
}

TEST_F(Events, TellOfTheDefaultNetworkToo) {
  run_container({"--rm", "--name", "one", "busybox", "true"});
  EXPECT_THAT(lines({"network=bridge"}, "{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}"),
              ElementsAre("connect bridge bridge", "disconnect bridge bridge"));
}

TEST_F(Events, TellOfEveryPrune) {
  created({"busybox", "true"});
  for (const char* group : {"container", "image", "network", "volume"})
    EXPECT_EQ(mini({group, "prune", "-f"}).code, 0);
  EXPECT_EQ(mini({"system", "prune", "-f", "--volumes"}).code, 0);
  EXPECT_THAT(lines({"event=prune"}, "{{.Type}}"), ElementsAre("container", "image", "network", "volume",
                                                               "container", "network", "volume", "image"));
  EXPECT_THAT(lines({"event=prune", "type=network"}, "{{.Actor.Attributes.reclaimed}}"),
              ElementsAre("0", "0"));
}

TEST_F(Events, HaveDockersLinesAndDockersJson) {
  run_container({"--rm", "--name", "one", "-l", "a=b", "busybox", "true"});
  const Result text =
      mini({"events", "--since", "1h", "--until", "0s", "-f", "container=one", "-f", "event=start"});
  EXPECT_THAT(text.out, MatchesRegex("[-0-9]+T[:0-9]+\\.[0-9]{9}(Z|[-+][0-9]{2}:[0-9]{2}) container start "
                                     "[0-9a-f]{64} \\(a=b, image=busybox, name=one\\)\n"));
  const auto json = nlohmann::json::parse(lines({"container=one", "event=start"}, "json").at(0));
  EXPECT_EQ(json["status"], "start");
  EXPECT_EQ(json["Type"], "container");
  EXPECT_EQ(json["Actor"]["Attributes"]["name"], "one");
  EXPECT_EQ(json["id"], json["Actor"]["ID"]);
  EXPECT_EQ(json["time"].get<std::int64_t>(), json["timeNano"].get<std::int64_t>() / 1'000'000'000);
  EXPECT_EQ(lines({"container=one", "event=start"}, "{{.ID}} {{.Type}} {{.From}}").at(0),
            json["id"].get<std::string>() + " container busybox");
}

TEST_F(Events, TellOfImages) {
  mini({"tag", "busybox", "mine:1"});
  mini({"rmi", "mine:1"});
  EXPECT_THAT(lines({"type=image"}, "{{.Action}} {{.Actor.Attributes.name}}"),
              ElementsAre(HasSubstr("tag "), HasSubstr("untag ")));
}

TEST_F(Events, WakeWhoFollows) {
  e2e::Screen follower({ISOLAB_BIN "/mini-container", "--root", root_, "events", "--format", "{{.Action}}!"},
                       e2e::kSmall);
  // Nothing can tell that it watches by now but an event that it sees.
  EXPECT_TRUE(e2e::eventually([&] {
    run_container({"--rm", "--network", "none", "busybox", "true"});
    return follower.shows("create!", 100);
  }));
  EXPECT_TRUE(follower.shows("destroy!"));
}

TEST_F(Events, EndAtTheMomentAskedFor) {
  const auto before = std::chrono::steady_clock::now();
  const std::string soon = std::to_string(::time(nullptr) + 2);
  EXPECT_EQ(mini({"events", "--until", soon}).code, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(900));
}

TEST_F(Events, AreKeptWhenTheJournalIsReplaced) {
  run_container({"--rm", "--name", "early", "busybox", "true"});
  const std::string path = root_ + "/run/events";
  {
    std::ofstream journal(path, std::ios::app);
    const std::string line(1023, 'x');
    for (int kilobyte = 0; kilobyte < 2048; ++kilobyte)
      journal << line << '\n';
  }
  e2e::Screen follower({ISOLAB_BIN "/mini-container", "--root", root_, "events", "--since", "1h", "--format",
                        "{{.Actor.Attributes.name}} {{.Action}}"},
                       e2e::kSmall);
  EXPECT_TRUE(follower.shows("early destroy"));
  run_container({"--rm", "--name", "late", "busybox", "true"});
  EXPECT_TRUE(follower.shows("late destroy")) << "across both files";
  EXPECT_TRUE(std::filesystem::exists(path + ".1"));
  EXPECT_LT(std::filesystem::file_size(path), 100'000U);
  EXPECT_THAT(lines({"container=early"}), ElementsAre("create", "start", "die", "destroy"));
}

TEST_F(Events, RefuseFiltersThatThereAreNot) {
  const Result result = mini({"events", "--until", "0s", "-f", "colour=blue"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("container, event, image, label, network, scope, type"));
}

}  // namespace
