// What the engine's command line makes of words, without a container.
#include <gtest/gtest.h>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/event_filter.h"
#include "mini-container/cli/filter.h"
#include "mini-container/cli/listing.h"

namespace {

using namespace cli;

TEST(Tables, CountLettersNotBytes) {
  EXPECT_EQ(table({{"NAMES", "ID"}, {"größer", "1"}}), "NAMES     ID\ngrößer    1\n");
  EXPECT_EQ(table({{"PID", "CMD"}}, 20), "PID                 CMD\n");
}

engine::Container container(const std::string& name, const std::string& created) {
  engine::Container one;
  one.name = name;
  one.created = created;
  return one;
}

TEST(Filters, OfOneKeyAreAlternativesAndOfSeveralAreAllAsked) {
  std::vector<engine::Container> all = {container("web", "2026-01-02"), container("db", "2026-01-01")};
  all[0].settings.labels = {{"tier", "front"}};
  EXPECT_EQ(Filter({"name=web", "name=db"}).apply(all).size(), 2U);
  EXPECT_EQ(Filter({"name=web", "label=tier"}).apply(all).size(), 1U);
  EXPECT_EQ(Filter({"name=db", "label=tier"}).apply(all).size(), 0U);
  EXPECT_EQ(Filter({"label=tier=back"}).apply(all).size(), 0U);
  EXPECT_EQ(Filter({"before=web"}).apply(all).at(0).name, "db");
  EXPECT_THROW(Filter({"before=nosuch"}).apply(all), std::invalid_argument);
  EXPECT_THROW(Filter({"web"}), std::invalid_argument);
  EXPECT_THROW(Filter({"colour=red"}), std::invalid_argument);
}

TEST(EventFilters, OfOneKeyAreAlternativesOfLabelsAllAreAsked) {
  const engine::Event die = {
      "container", "die", "abc", {{"image", "busybox"}, {"name", "web"}, {"a", "1"}, {"b", "2"}}};
  const engine::Event exec = {"container", "exec_start: ls", "abc", {{"name", "web"}}};
  const auto fits = [](const std::vector<std::string>& typed, const engine::Event& event) {
    return EventFilter(typed).fits(event);
  };
  EXPECT_TRUE(fits({}, die));
  EXPECT_TRUE(fits({"event=start", "event=die"}, die));
  EXPECT_FALSE(fits({"event=die", "type=image"}, die));
  EXPECT_TRUE(fits({"label=a", "label=b=2"}, die));
  EXPECT_FALSE(fits({"label=a", "label=b=3"}, die));
  EXPECT_TRUE(fits({"container=web"}, die));
  EXPECT_TRUE(fits({"container=ab", "image=busybox"}, die));
  EXPECT_FALSE(fits({"image=debian"}, die));
  EXPECT_TRUE(fits({"event=exec_start"}, exec));
  EXPECT_FALSE(fits({"event=exec"}, exec));
  EXPECT_THROW(EventFilter({"colour=blue"}), std::invalid_argument);
  EXPECT_THROW(EventFilter({"die"}), std::invalid_argument);
}

TEST(Events, AreReadAsTheyWereWritten) {
  const engine::Event event = {"container", "start", "abc", {{"name", "a \"b\""}}, 1'700'000'000'123'456'789};
  const auto again = engine::parse_event(to_json(event));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attributes, event.attributes);
  EXPECT_EQ(again->nanoseconds, event.nanoseconds);
  for (const char* text : {"", "{}", "[]", "null", R"({"Type": 1})"})
    EXPECT_FALSE(engine::parse_event(text)) << text;
}

}  // namespace
