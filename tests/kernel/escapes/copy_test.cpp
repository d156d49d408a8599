// cp with a container that exchanges names while its files are copied (CVE-2018-15664): a directory and a link to the
// host's, by turns, so that a path leads somewhere else between two looks at it.
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/kernel/escapes/fixture.h"

namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 60;

class CopyEscapes : public escapes::Escape {
 protected:
  void SetUp() override {
    Escape::SetUp();
    if (!host_) return;
    // What the container has at /vol: a directory, and a link to the folder of the secret.
    fs::create_directories(volume("/place"));
    sys::write_file_atomically(volume("/place/secret"), "decoy\n");
    fs::create_symlink(fs::path(host_->secret()).parent_path(), volume("/link"));
    fs::create_directories(outside("tree"));
    sys::write_file_atomically(outside("tree/planted"), "planted\n");
    sys::write_file_atomically(outside("tree/secret"), "overwritten\n");
    // The very name that is exchanged, with a mode that would be seen.
    fs::create_directories(outside("over/place"));
    ASSERT_EQ(::chmod(outside("over/place").c_str(), 0777), 0);
    const auto started = engine({"run", "-d", "--name", "hostile", "--network", "none", "-v",
                                 host_->lent() + ":/attack:ro", "-v", volume("") + ":/vol", "busybox",
                                 "/attack/attacks", "swap", "a=/vol/place", "b=/vol/link"});
    ASSERT_EQ(started.status.shell_code(), 0) << started.errors;
    for (const bool wanted : {true, false})
      for (int i = 0; i < 1'000'000 && is_link() != wanted; ++i)
        sys::poll({}, 0);
  }
  void TearDown() override {
    if (host_) engine({"rm", "-f", "hostile"});
    Escape::TearDown();
  }
  bool is_link() const { return fs::is_symlink(fs::symlink_status(volume("/place"))); }
  std::string volume(const std::string& name) const { return host_->place("volume" + name); }
  std::string outside(const std::string& name) const { return host_->place("mine-" + name); }
};

TEST_F(CopyEscapes, WhatComesOutIsTheContainersOwn) {
  const std::string secret = sys::read_file(host_->secret());
  int copied = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const char* path : {"hostile:/vol/place/secret", "hostile:/vol/place/.", "hostile:/vol/place"}) {
      const std::string to = outside("out");
      sys::remove_tree(to);
      const auto result = engine({"cp", "-L", path, to});
      if (result.status.shell_code() == 0) ++copied;
      for (const std::string& file : {to, to + "/secret"}) {
        if (!fs::is_regular_file(fs::symlink_status(file))) continue;
        EXPECT_EQ(sys::read_file(file).find(secret), std::string::npos) << path;
      }
    }
  }
  EXPECT_GT(copied, 0) << "not once was it the directory";
}

TEST_F(CopyEscapes, WhatGoesInStaysInside) {
  const std::string folder = fs::path(host_->secret()).parent_path();
  const struct stat before = sys::stat(folder);
  int copied = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const char* path : {"hostile:/vol/place", "hostile:/vol/place/new", "hostile:/vol"}) {
      if (engine({"cp", "-a", outside("tree"), path}).status.shell_code() == 0) ++copied;
    }
    engine({"cp", "-a", outside("tree/."), "hostile:/vol/place"});
    engine({"cp", "-a", outside("over/."), "hostile:/vol"});
  }
  EXPECT_GT(copied, 0);
  EXPECT_FALSE(sys::exists(folder + "/planted"));
  EXPECT_FALSE(sys::exists(folder + "/tree"));
  EXPECT_EQ(sys::stat(folder).st_mode, before.st_mode) << "nor is its mode changed through the link";
}

// Control: with the same container, who goes by the path is fooled.
TEST_F(CopyEscapes, WhoGoesByThePathIsFooled) {
  const std::string secret = sys::read_file(host_->secret());
  bool fooled = false;
  for (int round = 0; round < 100'000 && !fooled; ++round) {
    const auto text = sys::read_file_if_present(volume("/place/secret"));
    fooled = text == secret;
  }
  EXPECT_TRUE(fooled);
}

}  // namespace
