// Settings of a container that contradict each other, or that no kernel would take.
#include <gtest/gtest.h>

#include <stdexcept>

#include "mini-container/engine/parse.h"

namespace {

using engine::check_settings;
using engine::Settings;

TEST(SettingsChecks, RefuseWhatContradictsItself) {
  Settings settings;
  settings.memory_swap = 5;
  EXPECT_THROW(check_settings(settings), std::invalid_argument);
  settings.memory = 6 << 20;
  EXPECT_THROW(check_settings(settings), std::invalid_argument);
  settings.memory_swap = -1;
  EXPECT_NO_THROW(check_settings(settings));
  settings.memory -= 1;
  EXPECT_THROW(check_settings(settings), std::invalid_argument) << "less than Docker's six megabytes";
  settings.memory += 1;
  settings.cpu_quota = 999;
  EXPECT_THROW(check_settings(settings), std::invalid_argument);
  settings.cpu_quota = 1000;
  settings.cpu_period = 999;
  EXPECT_THROW(check_settings(settings), std::invalid_argument);
  settings.cpu_period = 1000;
  EXPECT_NO_THROW(check_settings(settings));
  settings.remove = true;
  settings.restart.name = "always";
  EXPECT_THROW(check_settings(settings), std::invalid_argument);
}

}  // namespace
