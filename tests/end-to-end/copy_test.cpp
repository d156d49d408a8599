// cp: both ways, with containers that run and that have ended, by Docker's rules.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using testing::HasSubstr;

// On a container that runs, and on one that has ended.
class Copy : public e2e::Containers, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    Containers::SetUp();
    if (IsSkipped()) return;
    std::filesystem::create_directories(here("tree/sub"));
    sys::write_file_atomically(here("file"), "content\n");
    sys::write_file_atomically(here("tree/a"), "a\n");
    sys::write_file_atomically(here("tree/sub/b"), "b\n");
    std::filesystem::create_symlink("a", here("tree/link"));
    std::filesystem::create_hard_link(here("tree/a"), here("tree/hard"));
    std::vector<std::string> command = {"--name", "box", "--network", "none", "-v", "data:/data"};
    if (GetParam()) command.insert(command.begin(), "-d");
    command.insert(command.end(), {"busybox", "sh", "-c", GetParam() ? "exec sleep 100" : "true"});
    const Result made = run_container(command);
    ASSERT_EQ(made.code, 0) << made.err;
  }
  std::string here(const std::string& name) const { return root_ + "/" + name; }
  Result cp(const std::string& source, const std::string& destination,
            std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), "cp");
    flags.insert(flags.end(), {source, destination});
    return mini(flags);
  }
  // A file of the container.
  std::string content(const std::string& path) const {
    return e2e::run({"tar", "-xO"}, cp("box:" + path, "-").out).out;
  }
};

TEST_P(Copy, AFileGoesInAndComesOut) {
  EXPECT_EQ(cp(here("file"), "box:/root/new").code, 0);
  EXPECT_EQ(content("/root/new"), "content\n");
  EXPECT_EQ(cp(here("file"), "box:/root").code, 0) << "into a directory";
  EXPECT_EQ(content("root/file"), "content\n") << "relative to the root";
  EXPECT_EQ(cp("box:/root/file", here("out")).code, 0);
  EXPECT_EQ(sys::read_file(here("out")), "content\n");
  EXPECT_EQ(cp("box:/etc/passwd", here("file")).code, 0) << "over a file that is there";
  EXPECT_THAT(sys::read_file(here("file")), HasSubstr("root:x:0:0"));
  EXPECT_EQ(leaks(), "");
}

TEST_P(Copy, ATreeGoesInAndComesOutWithItsLinks) {
  EXPECT_EQ(cp(here("tree"), "box:/root/new").code, 0) << "as the content of a new directory";
  EXPECT_EQ(content("/root/new/sub/b"), "b\n");
  EXPECT_EQ(cp(here("tree"), "box:/root").code, 0);
  EXPECT_EQ(content("/root/tree/hard"), "a\n");
  EXPECT_EQ(cp(here("tree/."), "box:/tmp/").code, 0);
  EXPECT_EQ(content("/tmp/a"), "a\n");
  EXPECT_EQ(cp("box:/root/tree", here("back")).code, 0);
  EXPECT_EQ(e2e::run({"diff", "-r", "--no-dereference", here("tree"), here("back")}).out, "");
  EXPECT_EQ(sys::readlink(here("back/link")), "a");
  EXPECT_EQ(sys::stat(here("back/a")).st_nlink, 2U);
}

TEST_P(Copy, VolumesAreReachedAsFromInside) {
  EXPECT_EQ(cp(here("file"), "box:/data/in").code, 0);
  EXPECT_EQ(sys::read_file(root_ + "/store/volumes/data/_data/in"), "content\n");
  EXPECT_EQ(content("/data/in"), "content\n");
}

TEST_P(Copy, OwnersAreTheirsWithArchiveOnly) {
  ASSERT_EQ(::chown(here("file").c_str(), 1234, 2345), 0);
  const auto owner = [&](const std::string& path) {
    return e2e::run({"tar", "-tv", "--numeric-owner"}, cp("box:" + path, "-").out).out.substr(11, 10);
  };
  cp(here("file"), "box:/root/plain");
  EXPECT_THAT(owner("/root/plain"), HasSubstr("0/0 "));
  cp(here("file"), "box:/root/kept", {"-a"});
  EXPECT_THAT(owner("/root/kept"), HasSubstr("1234/2345"));
  cp("box:/root/kept", here("kept"), {"-a"});
  EXPECT_EQ(sys::stat(here("kept")).st_uid, 1234U);
  cp("box:/root/kept", here("mine"));
  EXPECT_EQ(sys::stat(here("mine")).st_uid, 0U);
}

TEST_P(Copy, LinksAreCopiedUnlessFollowed) {
  cp(here("tree"), "box:/root/tree");
  EXPECT_EQ(cp("box:/root/tree/link", here("link")).code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(here("link")));
  EXPECT_EQ(cp("box:/root/tree/link", here("followed"), {"-L"}).code, 0);
  EXPECT_EQ(sys::read_file(here("followed")), "a\n");
  EXPECT_FALSE(std::filesystem::is_symlink(here("followed")));
  cp(here("tree/link"), "box:/root/in", {"-L"});
  EXPECT_EQ(content("/root/in"), "a\n");
}

TEST_P(Copy, TarsGoInAndComeOut) {
  const std::string tar = e2e::run({"tar", "-C", here("tree"), "-c", "."}).out;
  EXPECT_EQ(mini({"cp", "-", "box:/tmp"}, tar).code, 0);
  EXPECT_EQ(content("/tmp/sub/b"), "b\n");
  EXPECT_THAT(e2e::run({"tar", "-t"}, cp("box:/tmp/sub", "-").out).out, "sub/\nsub/b\n");
  EXPECT_EQ(mini({"cp", "-", "box:/tmp/a"}, tar).code, 1) << "not into a file";
  EXPECT_EQ(mini({"cp", "-", "box:/tmp"}, "no tar").code, 1);
}

TEST_P(Copy, WhatDockerRefusesIsRefusedWithAReason) {
  const auto refused = [&](const std::string& from, const std::string& to) {
    const Result result = cp(from, to);
    EXPECT_EQ(result.code, 1) << from << " " << to;
    return result.err;
  };
  EXPECT_THAT(refused("box:/nosuch", here("x")),
              HasSubstr("Could not find the file /nosuch in container box"));
  EXPECT_THAT(refused(here("nosuch"), "box:/tmp"), HasSubstr("no such file or directory"));
  EXPECT_THAT(refused(here("file"), "box:/tmp/new/"), HasSubstr("no such directory"));
  EXPECT_THAT(refused(here("file"), "box:/nosuch/new"), HasSubstr("does not exist"));
  EXPECT_THAT(refused(here("tree"), "box:/etc/passwd"), HasSubstr("cannot copy a directory"));
  EXPECT_THAT(refused(here("file") + "/", "box:/tmp"), HasSubstr("not a directory"));
  EXPECT_THAT(refused("box:/etc", "box:/tmp"), HasSubstr("between containers"));
  EXPECT_THAT(refused(here("file"), here("x")), HasSubstr("at least one container"));
  EXPECT_THAT(refused("nosuch:/etc", here("x")), HasSubstr("No such container: nosuch"));
  std::filesystem::create_directories(here("clash/sub"));
  cp(here("clash"), "box:/tmp/clash");
  sys::remove_tree(here("clash/sub"));
  sys::write_file_atomically(here("clash/sub"), "");
  EXPECT_THAT(refused(here("clash/."), "box:/tmp/clash"), HasSubstr("cannot overwrite a directory"));
}

TEST_P(Copy, NoNameOrLinkOfTheContainerLeadsToTheHost) {
  const std::string secret = here("secret");
  sys::write_file_atomically(secret, "secret\n");
  // As a hostile image would have them.
  std::filesystem::create_directories(here("evil"));
  std::filesystem::create_symlink(secret, here("evil/file"));
  std::filesystem::create_symlink(root_, here("evil/dir"));
  std::filesystem::create_symlink("../../../../../../.." + root_, here("evil/climb"));
  ASSERT_EQ(cp(here("evil"), "box:/root/evil").code, 0);
  const std::string before = e2e::run({"ls", "-laR", root_ + "/evil", secret}).out;
  EXPECT_EQ(cp("box:/root/evil/file", here("got"), {"-L"}).code, 1) << "inside there is no such file";
  for (const char* way : {"/root/evil/dir/secret", "/root/evil/climb/secret", "/../../../../../../.."}) {
    const std::string path = way == std::string("/../../../../../../..") ? way + secret : std::string(way);
    EXPECT_EQ(cp("box:" + path, here("got")).code, 1) << path;
    EXPECT_FALSE(sys::exists(here("got")));
  }
  for (const char* way : {"/root/evil/dir/planted", "/root/evil/climb/planted", "/root/evil/dir"})
    cp(here("file"), "box:" + std::string(way));
  EXPECT_FALSE(sys::exists(here("planted")));
  cp(here("file"), "box:/root/evil/file");
  EXPECT_EQ(sys::read_file(secret), "secret\n");
  EXPECT_EQ(e2e::run({"ls", "-laR", root_ + "/evil", secret}).out, before);
}

TEST_P(Copy, TarsThatClimbAreRefused) {
  sys::write_file_atomically(here("x"), "x");
  for (const char* transform : {"s,^x$,../../../../../../tmp/isolab-climbed,", "s,^x$,a/../../x,"}) {
    const std::string tar = e2e::run({"tar", "-C", root_, "-P", "--transform", transform, "-c", "x"}).out;
    const Result result = mini({"cp", "-", "box:/tmp"}, tar);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("climbs"));
  }
  // Through a link that the same tar plants.
  std::filesystem::create_symlink(root_, here("way"));
  std::string tar = e2e::run({"tar", "-C", root_, "-c", "way"}).out;
  tar.resize(512);
  tar += e2e::run({"tar", "-C", root_, "--transform", "s,^x$,way/planted,", "-c", "x"}).out;
  EXPECT_EQ(mini({"cp", "-", "box:/tmp"}, tar).code, 1);
  EXPECT_FALSE(sys::exists(here("planted")));
}

INSTANTIATE_TEST_SUITE_P(Of, Copy, testing::Bool(), [](const auto& test) {
  return test.param ? "ARunningContainer" : "AnEndedContainer";
});

}  // namespace
