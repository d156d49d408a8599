// What --step prints between two views of host and container.
#include "base/trace/views.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;
using testing::Not;
using trace::changes;
using trace::Facts;
using trace::Views;

const Facts kHost = {{"namespace pid", "pid:[1]"}, {"namespace net", "net:[1]"}, {"mount /", "ext4 rw"}};

TEST(ViewsText, SaysOfBothSidesThatNothingChanged) {
  const Views same{{}, kHost, kHost};
  EXPECT_EQ(changes(same, same), "    host         nothing changed\n    container    nothing changed\n");
}

TEST(ViewsText, ShowsAnOldAndANewValueOnOneLineAndWhatCameAndWent) {
  const Views before{{}, kHost, Facts{{"user ids", "0 0 0 0"}, {"mount /old", "ext4 rw"}}};
  const Views after{
      {{"group pids/box", "pids.max=5"}}, kHost, Facts{{"user ids", "7 7 7 7"}, {"link eth0", ""}}};
  EXPECT_EQ(changes(before, after),
            "    host       + group pids/box: pids.max=5\n"
            "    container    user ids: 0 0 0 0 -> 7 7 7 7\n"
            "               + link eth0\n"
            "               - mount /old: ext4 rw\n");
}

TEST(ViewsText, ComparesANewContainerWithTheHostItIsACopyOf) {
  const Views before{{}, kHost, std::nullopt};
  Views after{{}, kHost, kHost};
  after.container->front().value = "pid:[2]";
  const std::string text = changes(before, after);
  EXPECT_THAT(text, HasSubstr("host         nothing changed\n"));
  EXPECT_THAT(text, HasSubstr("is new"));
  EXPECT_THAT(text, HasSubstr("namespace pid: pid:[1] -> pid:[2]\n"));
  EXPECT_THAT(text, Not(HasSubstr("namespace net")));
}

TEST(ViewsText, TellsNoContainerYetFromOneThatHasEnded) {
  const Views without{{}, kHost, std::nullopt};
  EXPECT_THAT(changes(without, without), HasSubstr("container    none\n"));
  EXPECT_THAT(changes({{}, kHost, kHost}, without), HasSubstr("container    has ended\n"));
}

TEST(ViewsText, CountsWhatIsTooManyForAProjector) {
  Views before{{}, kHost, Facts{}};
  Views after{{}, kHost, Facts{{"user ids", "0"}}};
  for (int number = 0; number < 100; ++number)
    before.container->push_back({"mount /" + std::to_string(number), "tmpfs rw"});
  const std::string text = changes(before, after);
  EXPECT_THAT(text, HasSubstr("- mount /7: tmpfs rw\n"));
  EXPECT_THAT(text, Not(HasSubstr("mount /8:")));
  EXPECT_THAT(text, HasSubstr("- mount: 92 more\n"));
  EXPECT_THAT(text, HasSubstr("+ user ids: 0\n"));
}

TEST(ViewsText, SaysSoWhenNobodyLooksAnyMore) {
  EXPECT_THAT(changes({{}, kHost, kHost}, {}), HasSubstr("unavailable"));
}

TEST(ViewsText, TwoMountsOnOneDirectoryAreOneFact) {
  Facts facts;
  trace::add_fact(facts, "mount /dev", "tmpfs rw");
  trace::add_fact(facts, "mount /dev", "devtmpfs rw");
  trace::add_fact(facts, "mount /dev", "devtmpfs rw");
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].value, "tmpfs rw; devtmpfs rw");
}

TEST(ViewsText, TravelsBetweenProcesses) {
  const Views sent{{{"group a", ""}}, kHost, Facts{{"cwd", "/with\ttab and\nline"}}};
  const Views received = trace::from_lines("nonsense\n" + trace::to_lines(sent));
  EXPECT_EQ(changes(sent, received).find("group"), std::string::npos);
  EXPECT_EQ(received.host.size(), kHost.size());
  ASSERT_TRUE(received.container);
  EXPECT_EQ(received.container->front().value, "/with\ttab and line");
  EXPECT_FALSE(trace::from_lines(trace::to_lines({{}, kHost, std::nullopt})).container);
}

}  // namespace
