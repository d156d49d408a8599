// See neighbours.h.
#include "mini-container/network/neighbours.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "mini-container/network/nft.h"

namespace network {

namespace {

using Json = nlohmann::json;

constexpr const char* kChain = "ip filter FORWARD";

std::string comment_of(const std::string& bridge) {
  return "isolab " + bridge;
}

// Handles of the rules that a bridge has in the chain; empty without the chain.
std::vector<long> rules_of(const std::string& bridge) {
  const NftResult result = nft(fmt::format("list chain {}", kChain));
  const Json document = Json::parse(result.output, nullptr, false);
  std::vector<long> handles;
  if (result.error != 0 || !document.is_object()) return handles;
  for (const Json& object : document.value("nftables", Json::array())) {
    const Json rule = object.value("rule", Json::object());
    if (rule.value("comment", "") == comment_of(bridge)) handles.push_back(rule.at("handle"));
  }
  return handles;
}

}  // namespace

void open_foreign_forward(const std::string& bridge) {
  if (nft(fmt::format("list chain {}", kChain)).error != 0) return;
  close_foreign_forward(bridge);
  nft_or_throw(
      fmt::format("insert rule {0} iifname \"{1}\" accept comment \"{2}\"\n"
                  "insert rule {0} oifname \"{1}\" accept comment \"{2}\"\n",
                  kChain, bridge, comment_of(bridge)));
}

void close_foreign_forward(const std::string& bridge) {
  std::string commands;
  for (const long handle : rules_of(bridge))
    commands += fmt::format("delete rule {} handle {}\n", kChain, handle);
  if (!commands.empty()) nft_or_throw(commands);
}

}  // namespace network
