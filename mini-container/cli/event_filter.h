// --filter of `events`: of one key any value may fit, of several keys each must, of labels all.
#pragma once

#include <string>
#include <vector>

#include "mini-container/cli/key_values.h"
#include "mini-container/engine/events.h"

namespace cli {

class EventFilter {
 public:
  // "KEY=VALUE" each. Throws std::invalid_argument for an unknown key, with those that there are.
  explicit EventFilter(const std::vector<std::string>& typed);
  bool fits(const engine::Event& event) const;

 private:
  FilterValues values_;
};

}  // namespace cli
