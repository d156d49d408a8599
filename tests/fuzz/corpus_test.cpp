// Every input that is kept, again through what it was kept for. With the asan preset this finds what fuzzing would.
#include <gtest/gtest.h>

#include "base/sys/file.h"
#include "tests/fuzz/targets.h"

namespace {

void replay(const std::string& target) {
  const std::string folder = ISOLAB_SOURCE "/tests/fuzz/corpus/" + target + "/";
  const auto names = sys::list_directory(folder);
  ASSERT_GT(names.size(), 3U) << folder;
  for (const std::string& name : names)
    EXPECT_NO_THROW(fuzz::run(target, sys::read_file(folder + name))) << name;
}

TEST(Corpus, OfConfigurationsIsReadOrRefused) {
  replay("config");
}
TEST(Corpus, OfProcessesIsReadOrRefused) {
  replay("process");
}
TEST(Corpus, OfSeccompProfilesIsReadOrRefused) {
  replay("seccomp");
}
TEST(Corpus, OfNamesOfImagesIsReadOrRefused) {
  replay("reference");
}
TEST(Corpus, OfTemplatesIsShownOrRefused) {
  replay("template");
}
TEST(Corpus, OfInstructionsIsReadOrRefused) {
  replay("instruction");
}
TEST(Corpus, OfArchivesIsReadOrRefused) {
  replay("archive");
}
TEST(Corpus, OfChallengesIsRead) {
  replay("challenge");
}
TEST(Corpus, OfManifestsIsReadOrRefused) {
  replay("manifest");
}

}  // namespace
