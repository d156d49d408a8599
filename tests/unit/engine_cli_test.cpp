// What the engine's command line makes of words, without a container.
#include <gtest/gtest.h>

#include "mini-container/cli/commands.h"
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

}  // namespace
