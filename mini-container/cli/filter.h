// --filter of `ps` and `prune`: which containers are meant. Of one key any value may fit, of several keys each must.
#pragma once

#include <string>
#include <vector>

#include "mini-container/cli/key_values.h"
#include "mini-container/engine/container.h"

namespace cli {

class Filter {
 public:
  // "KEY=VALUE" each. Throws std::invalid_argument for an unknown key, with those that there are.
  explicit Filter(const std::vector<std::string>& typed);
  bool asks_for(const std::string& key) const { return values_.contains(key); }
  // Those of `containers`, newest first, that fit.
  std::vector<engine::Container> apply(const std::vector<engine::Container>& containers) const;

 private:
  FilterValues values_;
};

}  // namespace cli
