// What comes out of the cache is what the compiler would have made, or nothing.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/sys/file.h"
#include "mini-container/runtime/security/filter_cache.h"
#include "mini-container/runtime/spec/invalid.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;

spec::Seccomp profile(unsigned error) {
  spec::Seccomp result;
  result.default_action = "SCMP_ACT_ALLOW";
  result.syscalls = {{{"ptrace", "mount", "no_such_call"}, "SCMP_ACT_ERRNO", error, {}}};
  return result;
}

std::string bytes_of(const security::SeccompFilter& filter) {
  return {reinterpret_cast<const char*>(filter.program.data()), filter.program.size() * sizeof(sock_filter)};
}

class FilterCache : public testing::Test {
 protected:
  fs::path only_file() const { return fs::directory_iterator(directory_)->path(); }
  const support::TemporaryFolder folder_{"cache"};
  const std::string directory_ = folder_ / "seccomp";
};

TEST_F(FilterCache, TheSecondAnswerIsTheFirst) {
  const auto first = security::cached_seccomp(profile(1), directory_);
  const auto second = security::cached_seccomp(profile(1), directory_);
  EXPECT_FALSE(first.program.empty());
  EXPECT_EQ(bytes_of(first), bytes_of(second));
  EXPECT_EQ(sys::list_directory(directory_).size(), 1U);
}

TEST_F(FilterCache, AnotherProfileIsAnotherFile) {
  const auto one = security::cached_seccomp(profile(1), directory_);
  const auto other = security::cached_seccomp(profile(38), directory_);
  EXPECT_NE(bytes_of(one), bytes_of(other));
  EXPECT_EQ(sys::list_directory(directory_).size(), 2U);
}

TEST_F(FilterCache, AFileThatWasCutOrChangedInItsKeyIsCompiledAgain) {
  const auto good = security::cached_seccomp(profile(1), directory_);
  const std::string whole = sys::read_file(only_file());
  for (std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{40}, whole.size() - 3}) {
    std::ofstream(only_file(), std::ios::trunc) << whole.substr(0, length);
    EXPECT_EQ(bytes_of(security::cached_seccomp(profile(1), directory_)), bytes_of(good)) << length;
  }
  std::string changed = whole;
  changed[20] ^= 1;
  std::ofstream(only_file(), std::ios::trunc) << changed;
  EXPECT_EQ(bytes_of(security::cached_seccomp(profile(1), directory_)), bytes_of(good));
}

TEST_F(FilterCache, AFileThatOthersMayWriteIsNotBelieved) {
  const auto good = security::cached_seccomp(profile(1), directory_);
  std::string poisoned = sys::read_file(only_file());
  poisoned.replace(poisoned.size() - sizeof(sock_filter), sizeof(sock_filter),
                   std::string(sizeof(sock_filter), '\6'));
  std::ofstream(only_file(), std::ios::trunc) << poisoned;
  ::chmod(only_file().c_str(), 0666);
  EXPECT_EQ(bytes_of(security::cached_seccomp(profile(1), directory_)), bytes_of(good));
  ::chmod(directory_.c_str(), 0777);
  EXPECT_EQ(bytes_of(security::cached_seccomp(profile(1), directory_)), bytes_of(good));
}

TEST_F(FilterCache, ALinkInItsPlaceIsNotFollowed) {
  const auto good = security::cached_seccomp(profile(1), directory_);
  const fs::path file = only_file();
  fs::rename(file, directory_ + "/../elsewhere");
  fs::create_symlink("../elsewhere", file);
  EXPECT_EQ(bytes_of(security::cached_seccomp(profile(1), directory_)), bytes_of(good));
}

TEST_F(FilterCache, ADirectoryThatCannotBeMadeCostsOnlyTime) {
  EXPECT_FALSE(security::cached_seccomp(profile(1), "/proc/no/such/place").program.empty());
}

TEST_F(FilterCache, ABadProfileIsRefusedAndLeavesNoFile) {
  spec::Seccomp bad = profile(1);
  bad.syscalls[0].action = "SCMP_ACT_MAYBE";
  EXPECT_THROW(security::cached_seccomp(bad, directory_), spec::Invalid);
  EXPECT_TRUE(sys::list_directory(directory_).empty());
}

}  // namespace
