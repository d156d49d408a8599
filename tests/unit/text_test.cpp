// Texts taken apart, and users looked up in the files of an image.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <stdexcept>

#include "base/text/signals.h"
#include "base/text/size.h"
#include "base/text/text.h"
#include "base/text/time.h"
#include "base/users/users.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_THAT(text::split("a::b", ':'), ElementsAre("a", "", "b"));
  EXPECT_THAT(text::split(":", ':'), ElementsAre("", ""));
  EXPECT_THAT(text::split("", ':'), ElementsAre(""));
}

TEST(Text, WordsLeaveEmptyPartsOut) {
  EXPECT_THAT(text::words(" a  b\nc\n", " \n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(text::words("  ", " "), IsEmpty());
}

TEST(Text, AMomentIsWrittenAsRfc3339Wants) {
  EXPECT_EQ(text::utc_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(text::utc_time(1'709'210'096), "2024-02-29T12:34:56Z");
  EXPECT_EQ(text::utc_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(text::utc_time(1'798'761'599, 42), "2026-12-31T23:59:59.000000042Z");
}

TEST(Text, ANumberIsTheWholeTextOrNone) {
  EXPECT_EQ(text::number<int>("-12"), -12);
  for (const char* wrong : {"", "1 ", " 1", "+1", "0x1", "1.5"})
    EXPECT_EQ(text::number<int>(wrong), std::nullopt) << wrong;
  EXPECT_EQ(text::number<unsigned>("-1"), std::nullopt);
  EXPECT_EQ(text::number<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(text::number<std::uint16_t>("65536"), std::nullopt);
}

TEST(Signals, HaveNamesInEitherCaseWithAndWithoutTheirPrefix) {
  EXPECT_EQ(text::signal_number("TERM"), SIGTERM);
  EXPECT_EQ(text::signal_number("sigterm"), SIGTERM);
  EXPECT_EQ(text::signal_number("9"), SIGKILL);
  EXPECT_EQ(text::signal_number("RTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(text::signal_number("RTMAX-1"), SIGRTMAX - 1);
  for (const char* wrong : {"", "0", "65", "-1", "SIG", "NOSUCH", "RTMIN-1", "RTMAX+1", "RTMIN+40"})
    EXPECT_EQ(text::signal_number(wrong), std::nullopt) << wrong;
}

constexpr char kPasswd[] = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:web:/srv:/bin/false\nbroken\n";
constexpr char kGroup[] = "root:x:0:\nstaff:x:50:web,root\nwww:x:34:\n";

TEST(Users, AreLookedUpInTheImage) {
  const users::Identity web = users::resolve("web", kPasswd, kGroup);
  EXPECT_EQ(web.uid, 33U);
  EXPECT_EQ(web.gid, 34U);
  EXPECT_EQ(web.home, "/srv");
  EXPECT_THAT(web.groups, ElementsAre(50));
  EXPECT_EQ(users::resolve("web:staff", kPasswd, kGroup).gid, 50U);
  EXPECT_EQ(users::resolve("33", kPasswd, kGroup).gid, 34U);
  EXPECT_EQ(users::resolve("", kPasswd, kGroup).home, "/root");
}

TEST(Users, ByNumberNeedNoEntry) {
  const users::Identity identity = users::resolve("1234:5678", "", "");
  EXPECT_EQ(identity.uid, 1234U);
  EXPECT_EQ(identity.gid, 5678U);
  EXPECT_EQ(identity.home, "/");
}

TEST(Users, WithoutAnEntryAreRefusedByName) {
  EXPECT_THROW(users::resolve("nobody", kPasswd, kGroup), std::invalid_argument);
  EXPECT_THROW(users::resolve("web:nogroup", kPasswd, kGroup), std::invalid_argument);
}

TEST(Size, HasThreeDigitsAsDockersLists) {
  EXPECT_EQ(text::size_text(0), "0B");
  EXPECT_EQ(text::size_text(999), "999B");
  EXPECT_EQ(text::size_text(1000), "1kB");
  EXPECT_EQ(text::size_text(1239), "1.24kB");
  EXPECT_EQ(text::size_text(72'800'000), "72.8MB");
  EXPECT_EQ(text::size_text(999'700), "1MB");
  EXPECT_EQ(text::size_text(~0ULL), "18.4EB");
}

}  // namespace
