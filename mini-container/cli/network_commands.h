// The verbs of `network`. See commands.h.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "mini-container/cli/key_values.h"
#include "mini-container/engine/registry.h"
#include "mini-container/network/definition.h"

namespace cli {

struct Context;
void add_network_lists(CLI::App& app, Context& context);  // ls inspect
void add_network_guests(CLI::App& app,
                        Context& context);  // plug unplug, hidden: what a launcher of VMs asks for

// --filter of `network ls` and `network prune`: of one key any value may fit, of several keys each must.
class NetworkFilter {
 public:
  // Throws std::invalid_argument for a key that is not among `known`.
  NetworkFilter(const std::vector<std::string>& typed, const std::vector<std::string>& known);
  // `used`: whether a container has it.
  bool fits(const network::Definition& network, bool used) const;

 private:
  FilterValues wanted_;
};

class PruneFilter : public NetworkFilter {
 public:
  explicit PruneFilter(const std::vector<std::string>& typed);
  bool fits(const network::Definition& network) const { return NetworkFilter::fits(network, false); }
};

// Names of those that were removed.
std::vector<std::string> prune_networks(const engine::Registry& registry, const PruneFilter& filter);

}  // namespace cli
