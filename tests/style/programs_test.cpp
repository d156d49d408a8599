// What the release programs are, when somebody has built them: ./isolab build release.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/style/tree.h"

namespace {

constexpr const char* kRuntime = "build/release/bin/mini-runtime";
constexpr long kMaxBytes = 3'000'000;

class ReleaseRuntime : public testing::Test {
 protected:
  void SetUp() override {
    if (style::shell(std::string("test -x ") + kRuntime).status != 0)
      GTEST_SKIP() << kRuntime << " is not built";
  }
};

// Without symbols: they are in the file, but a start never reads them.
TEST_F(ReleaseRuntime, IsUnderThreeMegabytes) {
  const auto stripped = style::shell(std::string("copy=$(mktemp) && strip -o \"$copy\" ") + kRuntime +
                                     " && stat -c %s \"$copy\"; rm -f \"$copy\"");
  const long bytes = std::strtol(stripped.text.c_str(), nullptr, 10);
  EXPECT_GT(bytes, 100'000) << stripped.text;
  EXPECT_LT(bytes, kMaxBytes);
}

TEST_F(ReleaseRuntime, NeedsNoSharedLibraryAndHasRandomAddresses) {
  const auto header = style::shell(std::string("readelf --wide --file-header --program-headers ") + kRuntime);
  EXPECT_NE(header.text.find("DYN (Position-Independent Executable file)"), std::string::npos) << header.text;
  EXPECT_EQ(header.text.find("INTERP"), std::string::npos) << header.text;
}

}  // namespace
