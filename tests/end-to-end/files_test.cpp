// A container's files seen from outside: diff, export, commit.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using testing::HasSubstr;
using testing::Not;

class Files : public e2e::Containers {
 protected:
  void box(const std::string& script, const std::vector<std::string>& options = {}) {
    std::vector<std::string> all = {"--name", "box", "--network", "none"};
    all.insert(all.end(), options.begin(), options.end());
    all.insert(all.end(), {"busybox", "sh", "-c", script});
    const Result result = run_container(all);
    ASSERT_EQ(result.code, 0) << result.err;
  }
  std::string in(const std::string& image, const std::string& script) {
    return run_container({"--rm", "--network", "none", image, "sh", "-c", script}).out;
  }
};

constexpr char kChange[] =
    "echo new > /root/new; rm /etc/group; echo more >> /etc/passwd; mkdir -p /opt/a/b; rm -r /var/www; mkdir "
    "/var/www; "
    "echo other > /var/www/other; ln /root/new /root/hard; ln -s gone /root/link; chmod 4755 /root/new";

TEST_F(Files, DiffTellsWhatWasAddedChangedAndRemoved) {
  box(kChange);
  EXPECT_EQ(mini({"diff", "box"}).out,
            "C /etc\nD /etc/group\nC /etc/passwd\nA /opt\nA /opt/a\nA /opt/a/b\nC /root\nA /root/hard\nA "
            "/root/link\n"
            "A /root/new\nC /var\nC /var/www\nD /var/www/index.html\nA /var/www/other\n");
  EXPECT_EQ(mini({"diff", "nosuch"}).code, 1);
}

TEST_F(Files, DiffOfAContainerThatChangedNothingIsEmptyWhileItRunsToo) {
  ASSERT_EQ(run_container({"-d", "--name", "box", "-v", "data:/data/of/box", "busybox", "sleep", "100"}).code,
            0);
  EXPECT_EQ(mini({"diff", "box"}).out, "A /data\nA /data/of\n")
      << "the directories above a volume, as with Docker";
  mini({"exec", "box", "touch", "/data/of/box/in-the-volume", "/tmp/file"});
  EXPECT_EQ(mini({"diff", "box"}).out, "A /data\nA /data/of\nC /tmp\nA /tmp/file\n");
}

TEST_F(Files, ExportGivesTheMergedTreeOfAnEndedAndOfARunningContainer) {
  box(kChange + std::string("; mkfifo /root/fifo"));
  const std::string tar = root_ + "/box.tar";
  EXPECT_EQ(mini({"export", "-o", tar, "box"}).code, 0);
  const std::string list = e2e::run({"tar", "-tvf", tar}).out;
  EXPECT_THAT(list, HasSubstr("-rwsr-xr-x 0/0               4 "));
  EXPECT_THAT(list, HasSubstr(" root/new link to root/hard\n"));
  EXPECT_THAT(list, HasSubstr(" root/link -> gone\n"));
  EXPECT_THAT(list, HasSubstr("prw-r--r-- 0/0               0 "));
  EXPECT_THAT(list, HasSubstr(" var/www/other\n"));
  EXPECT_THAT(list, HasSubstr(" bin/busybox\n"));
  EXPECT_THAT(list, Not(HasSubstr("etc/group\n")));
  EXPECT_THAT(list, Not(HasSubstr("index.html")));
  EXPECT_EQ(mini({"import", "-", "flat"}, mini({"export", "box"}).out).code, 0);
  EXPECT_EQ(in("flat", "cat /root/hard; ls /var/www"), "new\nother\n");

  ASSERT_EQ(
      run_container({"-d", "--name", "runs", "busybox", "sh", "-c", "echo x > /root/file; exec sleep 100"})
          .code,
      0);
  EXPECT_TRUE(e2e::eventually([&] {
    return e2e::run({"tar", "-xO", "root/file"}, mini({"export", "runs"}).out).out == "x\n";
  }));
}

TEST_F(Files, CommitMakesALayerOfTheChanges) {
  box(kChange, {"--label", "course=virtualization"});
  const Result plain = mini({"commit", "box", "plain"});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(mini({"image", "inspect", "--format",
                  "{{index .Config.Cmd 0}} {{index .Config.Labels \"course\"}}", "plain"})
                .out,
            "sh virtualization\n")
      << "the container's own command and labels";
  const Result made = mini({"commit", "-m", "a message", "-a", "A Student", "-c", "ENV NAME=value", "-c",
                            "CMD [\"cat\", \"/root/hard\"]", "box", "mine:1"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(mini({"image", "inspect", "--format", "{{.Id}}", "mine:1"}).out, made.out);
  EXPECT_EQ(run_container({"--rm", "--network", "none", "mine:1"}).out, "new\n");
  EXPECT_EQ(in("mine:1",
               "ls /etc/group 2>&1; ls /var/www; stat -c '%h %a' /root/new; readlink /root/link; echo $NAME"),
            "ls: /etc/group: No such file or directory\nother\n2 4755\ngone\nvalue\n");
  EXPECT_THAT(mini({"history", "mine:1"}).out, HasSubstr("a message"));
  EXPECT_EQ(mini({"image", "inspect", "--format", "{{.Author}} {{len .RootFS.Layers}}", "mine:1"}).out,
            "A Student 2\n");
  const auto layers = [&](const std::string& name) {
    return nlohmann::json::parse(mini({"image", "inspect", name}).out)[0]["RootFS"]["Layers"][0];
  };
  EXPECT_EQ(layers("mine:1"), layers("busybox")) << "the lower layer is shared";
  // What was committed has changed nothing since.
  ASSERT_EQ(run_container({"--name", "next", "--network", "none", "mine:1", "true"}).code, 0);
  EXPECT_EQ(mini({"diff", "next"}).out, "");
}

TEST_F(Files, CommitsStackAndARunningContainerCanBeCommittedToo) {
  ASSERT_EQ(run_container(
                {"-d", "--name", "one", "busybox", "sh", "-c", "echo 1 > /root/1; echo up; exec sleep 100"})
                .code,
            0);
  EXPECT_TRUE(e2e::eventually([&] { return mini({"logs", "one"}).out == "up\n"; }));
  EXPECT_EQ(mini({"commit", "one", "first"}).code, 0);
  EXPECT_EQ(mini({"commit", "--pause=false", "one", "again"}).code, 0);
  EXPECT_THAT(mini({"ps"}).out, Not(HasSubstr("Paused"))) << "it goes on";
  ASSERT_EQ(run_container({"--name", "two", "--network", "none", "first", "rm", "/root/1"}).code, 0);
  const Result second = mini({"commit", "two"});
  EXPECT_EQ(second.code, 0) << "without a name";
  const std::string id = second.out.substr(7, 12);
  EXPECT_EQ(in(id, "ls /root"), "");
  EXPECT_EQ(in("first", "ls /root"), "1\n");
  EXPECT_THAT(mini({"images", "-f", "dangling=true", "-q"}).out, HasSubstr(id));
  EXPECT_EQ(mini({"commit", "-c", "RUN x", "two"}).code, 1);
  EXPECT_EQ(mini({"commit", "two", "Not/Lower"}).code, 1);
}

}  // namespace
