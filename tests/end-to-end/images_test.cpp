// Images and their names, as a user lists, names and removes them.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using testing::HasSubstr;
using testing::MatchesRegex;

class Images : public e2e::Containers {
 protected:
  // An image with one file, made here.
  Result make(const std::string& name, const std::string& content) const {
    return mini(
        {"import", "-", name},
        e2e::run(
            {"sh", "-c",
             "d=$(mktemp -d) && printf %s \"$0\" > $d/file && chmod 755 $d && tar -C $d -c . && rm -r $d",
             content})
            .out);
  }
};

TEST_F(Images, AreListedWithDockersColumns) {
  const std::string list = mini({"images"}).out;
  EXPECT_THAT(
      list,
      MatchesRegex("REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\nbusybox +latest +[0-9a-f]{12} .* ago +.*B\n"));
  EXPECT_THAT(mini({"images", "--digests"}).out,
              MatchesRegex("REPOSITORY +TAG +DIGEST .*\nbusybox +latest +sha256:.*\n"));
  EXPECT_THAT(mini({"images", "-q"}).out, MatchesRegex("[0-9a-f]{12}\n"));
  EXPECT_THAT(mini({"images", "-q", "--no-trunc"}).out, MatchesRegex("sha256:[0-9a-f]{64}\n"));
  EXPECT_EQ(mini({"images", "-a", "--format", "{{.Repository}}:{{.Tag}}"}).out, "busybox:latest\n");
  EXPECT_EQ(mini({"images", "--format", "table {{.Repository}}"}).out, "REPOSITORY\nbusybox\n");
  EXPECT_EQ(nlohmann::json::parse(mini({"image", "ls", "--format", "json"}).out)["Repository"], "busybox");
  EXPECT_EQ(mini({"images", "--format", "{{.Nothing}}"}).code, 1);
  EXPECT_THAT(mini({"images", "nosuch"}).out, MatchesRegex("REPOSITORY[^\n]*\n"));
}

TEST_F(Images, AreFilteredByNameStateAndLabel) {
  make("app:1", "one");
  make("app:1", "two");
  EXPECT_THAT(mini({"images", "-f", "dangling=true"}).out, HasSubstr("<none>"));
  EXPECT_THAT(mini({"images", "-f", "dangling=true", "--format", "{{.Tag}}"}).out, "<none>\n");
  EXPECT_EQ(mini({"images", "--format", "{{.Tag}}", "app"}).out, "1\n");
  EXPECT_EQ(mini({"images", "--format", "{{.Repository}}", "-f", "reference=bus*"}).out, "busybox\n");
  EXPECT_EQ(mini({"images", "-q", "-f", "since=app:1"}).out, "");
  EXPECT_EQ(mini({"images", "--format", "{{.Repository}}", "-f", "before=app:1"}).out.find("busybox") !=
                std::string::npos,
            true);
  EXPECT_EQ(mini({"images", "-q", "-f", "label=none"}).out, "");
  const Result wrong = mini({"images", "-f", "colour=red"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("invalid filter 'colour=red'"));
}

TEST_F(Images, GetMoreNamesAndLoseThemOneByOne) {
  EXPECT_EQ(mini({"tag", "busybox", "host.domain:5000/team/box:1.0"}).code, 0);
  EXPECT_EQ(mini({"images", "--format", "{{.Repository}} {{.Tag}}", "host.domain:5000/team/box"}).out,
            "host.domain:5000/team/box 1.0\n");
  EXPECT_EQ(run_container({"--rm", "--network", "none", "host.domain:5000/team/box:1.0", "echo", "hi"}).out,
            "hi\n");
  EXPECT_EQ(mini({"rmi", "host.domain:5000/team/box:1.0"}).out, "Untagged: host.domain:5000/team/box:1.0\n");
  const Result wrong = mini({"tag", "busybox", "Team/App"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("must be lowercase"));
  EXPECT_THAT(mini({"tag", "nosuch", "x"}).err, HasSubstr("No such image: nosuch"));
  EXPECT_EQ(mini({"tag", "busybox", "x@sha256:" + std::string(64, '0')}).code, 1);
}

TEST_F(Images, AreRemovedUnlessAContainerUsesThem) {
  make("app", "one");
  make("other", "two");
  const std::string id = mini({"images", "-q", "app"}).out.substr(0, 12);
  const Result two = mini({"rmi", "nosuch", id, "other"});
  EXPECT_EQ(two.code, 1) << "one of them is not there";
  EXPECT_THAT(two.err, HasSubstr("No such image: nosuch"));
  EXPECT_THAT(two.out, HasSubstr("Untagged: app:latest\nDeleted: sha256:" + id));
  EXPECT_THAT(two.out, HasSubstr("Untagged: other:latest"));

  mini({"tag", "busybox", "box"});
  ASSERT_EQ(run_container({"--name", "user", "--network", "none", "box", "true"}).code, 0);
  EXPECT_EQ(mini({"rmi", "busybox"}).code, 0) << "it has another name";
  const Result used = mini({"rmi", "box"});
  EXPECT_EQ(used.code, 1);
  EXPECT_THAT(used.err, HasSubstr("image is being used by container"));
  EXPECT_EQ(mini({"rmi", "-f", "box"}).out, "Untagged: box:latest\n");
  EXPECT_EQ(mini({"image", "prune", "-f"}).out, "Total reclaimed space: 0B\n");
  EXPECT_EQ(mini({"start", "user"}).code, 0) << "its layers are still there";
  mini({"rm", "-f", "user"});
  EXPECT_THAT(mini({"image", "prune", "-f"}).out, testing::StartsWith("Deleted Images:\ndeleted: sha256:"));
  EXPECT_EQ(mini({"images", "-q"}).out, "");
}

TEST_F(Images, AreRemovedByIdOnlyWithForceWhenTheyHaveNamesInTwoRepositories) {
  mini({"tag", "busybox", "box"});
  const std::string id = mini({"images", "-q", "box"}).out.substr(0, 12);
  EXPECT_THAT(mini({"rmi", id}).err, HasSubstr("must be forced"));
  EXPECT_THAT(mini({"rmi", "-f", id.substr(0, 5)}).out, HasSubstr("Untagged: box:latest"));
}

TEST_F(Images, PruneAsksAndTakesAllWhenTold) {
  make("app", "one");
  EXPECT_THAT(mini({"image", "prune", "-a"}, "n\n").out, HasSubstr("WARNING! This will remove all images"));
  EXPECT_EQ(mini({"images", "-q", "app"}).out.size(), 13U);
  EXPECT_THAT(mini({"image", "prune", "-a"}, "y\n").out, HasSubstr("untagged: app:latest"));
  EXPECT_EQ(mini({"images", "-q"}).out, "");
}

TEST_F(Images, TellTheirHistoryAndConfiguration) {
  EXPECT_THAT(mini({"history", "busybox"}).out,
              MatchesRegex("IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n[0-9a-f]{12} .*ago .*B +.*\n"));
  EXPECT_THAT(mini({"history", "busybox"}).out, HasSubstr("Made of busybox-static"));
  EXPECT_THAT(mini({"history", "-q", "--no-trunc", "busybox"}).out, MatchesRegex("sha256:[0-9a-f]{64}\n"));
  EXPECT_THAT(mini({"history", "--format", "{{.ID}} {{.Size}}", "busybox"}).out,
              MatchesRegex("[0-9a-f]{12} .*B\n"));
  EXPECT_EQ(
      mini({"image", "inspect", "--format", "{{index .Config.Cmd 0}} {{len .RootFS.Layers}}", "busybox"}).out,
      "sh 1\n");
  const auto both = mini({"image", "inspect", "busybox", "nosuch"});
  EXPECT_EQ(both.code, 1);
  EXPECT_EQ(nlohmann::json::parse(both.out).at(0)["RepoTags"][0], "busybox:latest");
}

TEST_F(Images, AreSavedAndLoadedByNameTagAndId) {
  make("app:1", "one");
  make("app:2", "two");
  const std::string file = root_ + "/images.tar";
  EXPECT_EQ(mini({"save", "-o", file, "app", "busybox"}).code, 0) << "all tags of app";
  mini({"rmi", "app:1", "app:2"});
  EXPECT_EQ(mini({"load", "-q", "-i", file}).out,
            "Loaded image: app:1\nLoaded image: app:2\nLoaded image: busybox:latest\n");
  const std::string id = mini({"images", "-q", "--no-trunc", "app:1"}).out;
  const std::string tar = mini({"save", id.substr(7, 12)}).out;
  mini({"rmi", "app:1"});
  EXPECT_EQ(mini({"load"}, tar).out, "Loaded image ID: " + id);
  const std::string compressed = e2e::run({"gzip"}, mini({"save", "app:2"}).out).out;
  EXPECT_EQ(mini({"image", "load"}, compressed).out, "Loaded image: app:2\n");
  EXPECT_EQ(mini({"save", "nosuch"}).code, 1);
  EXPECT_EQ(mini({"load", "-i", "/nosuch"}).code, 1);
  const Result wrong = mini({"load"}, e2e::run({"tar", "-C", "/etc", "-c", "hostname"}).out);
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("neither manifest.json"));
}

TEST_F(Images, AreUntouchedByALoadThatIsKilled) {
  make("app", "content");
  const std::string tar = mini({"save", "app", "busybox"}).out;
  // All but ages, which go on.
  const auto all = [&] {
    return mini(
               {"images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.Digest}} {{.ID}} {{.Size}}"})
        .out;
  };
  const std::string before = all();
  for (const std::size_t part : {tar.size() / 8, tar.size() / 2, tar.size() - 2048}) {
    sys::Pipe pipe = sys::pipe();
    sys::SpawnOptions options;
    options.input = pipe.read.get();
    sys::Child child = sys::spawn({ISOLAB_BIN "/mini-container", "--root", root_, "load"}, options);
    sys::write_all(pipe.write.get(), std::string_view(tar).substr(0, part));
    sys::poll({}, 20);
    child.kill(SIGKILL);
    child.wait();
    EXPECT_EQ(all(), before);
  }
  EXPECT_EQ(mini({"load"}, tar).code, 0);
  EXPECT_THAT(sys::list_directory(root_ + "/store/tmp"), testing::IsEmpty());
}

}  // namespace
