// `network ls` and `network inspect`, and what --filter lets through. See network_commands.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "base/sys/console.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/cli/network_commands.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/networks.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using network::Definition;

bool is_one(const Definition& one, const std::string& key, const std::string& value, bool used) {
  if (key == "driver") return one.driver == value;
  if (key == "id") return one.id.starts_with(value);
  if (key == "name") return one.name.find(value) != std::string::npos;
  if (key == "scope") return value == "local";
  if (key == "type") return value == (one.predefined() ? "builtin" : "custom");
  if (key == "label") return has_label(one.labels, value);
  if (key == "label!") return !has_label(one.labels, value);
  if (key == "until")
    return one.created < engine::parse_moment(value, static_cast<double>(std::time(nullptr)));
  return (value == "true" || value == "1") == (!used && !one.predefined());  // dangling
}

}  // namespace

NetworkFilter::NetworkFilter(const std::vector<std::string>& typed, const std::vector<std::string>& known)
    : wanted_(filter_values(typed, known)) {}

bool NetworkFilter::fits(const Definition& network, bool used) const {
  return std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& one) {
    return std::any_of(one.second.begin(), one.second.end(),
                       [&](const std::string& value) { return is_one(network, one.first, value, used); });
  });
}

PruneFilter::PruneFilter(const std::vector<std::string>& typed)
    : NetworkFilter(typed, {"label", "label!", "until"}) {}

namespace {

struct ListOptions {
  bool quiet = false, whole = false;
  std::vector<std::string> filters;
  std::string format;
};

std::string labels_text(const Definition& one) {
  std::vector<std::string> shown;
  for (const auto& [name, value] : one.labels)
    shown.push_back(fmt::format("{}={}", name, value));
  return fmt::format("{}", fmt::join(shown, ","));
}

Json row_of(const Definition& one, bool whole) {
  return {{"CreatedAt", one.created},
          {"Driver", one.driver},
          {"ID", whole ? one.id : engine::short_id(one.id)},
          {"IPv6", one.ipv6 ? "true" : "false"},
          {"Internal", one.internal ? "true" : "false"},
          {"Labels", labels_text(one)},
          {"Name", one.name},
          {"Scope", "local"}};
}

std::string list_text(const engine::Registry& registry, const ListOptions& options) {
  const NetworkFilter filter(options.filters, {"dangling", "driver", "id", "label", "name", "scope", "type"});
  Listing listing = {{{"ID", "NETWORK ID"},
                      {"Name", "NAME"},
                      {"Driver", "DRIVER"},
                      {"Scope", "SCOPE"},
                      {"IPv6", "IPV6"},
                      {"Internal", "INTERNAL"},
                      {"Labels", "LABELS"},
                      {"CreatedAt", "CREATED AT"}},
                     {"ID", "Name", "Driver", "Scope"},
                     {}};
  const auto containers = registry.list();
  for (const Definition& one : engine::catalogue_of(registry.paths()).list()) {
    if (filter.fits(one, engine::is_used(registry, one, containers)))
      listing.rows.push_back(row_of(one, options.whole));
  }
  return listing_text(listing, options.quiet ? "{{.ID}}" : options.format);
}

void add_list(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"ls", "List networks", "network ls\nnetwork ls -q -f driver=bridge -f type=custom",
       "a record in STORE/networks for each, beside the three that are always there: bridge, host, none."});
  const auto options = std::make_shared<ListOptions>();
  command->add_flag("-q,--quiet", options->quiet, "Only ids");
  command->add_flag("--no-trunc", options->whole, "Whole ids");
  command
      ->add_option("-f,--filter", options->filters,
                   "KEY=VALUE: dangling, driver, id, label, name, scope, type (custom or builtin)")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] { print(list_text(context.engine().registry(), *options)); });
}

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"inspect", "Everything known about networks, as JSON",
            "network inspect lecture\nnetwork inspect -f '{{(index .IPAM.Config 0).Subnet}}' lecture",
            "the network's record, and the endpoints in the records of the containers that run. The bridge's "
            "name leads "
            "to ip -d link show, the rules to nft list table."});
  struct Options {
    std::vector<std::string> names;
    std::string format;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("NETWORK", options->names, "Name, id, or the first digits of an id")->required();
  command->add_option("-f,--format", options->format, "json, or a template such as '{{.Driver}}'");
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    Json objects = Json::array();
    std::vector<std::string> missing;
    for (const std::string& name : options->names) {
      try {
        const Definition one = engine::catalogue_of(registry.paths()).get(name);
        objects.push_back(Json::parse(engine::network_json(registry, one)));
      } catch (const network::NoSuchNetwork&) {
        missing.push_back(name);
      }
    }
    print(options->format.empty() ? objects.dump(4) + "\n"
                                  : listing_text({{}, {}, objects}, options->format));
    for (const std::string& name : missing) {
      sys::complain("mini-container",
                    fmt::format("No such network: {}. Next: mini-container network ls", name));
      context.exit_code = 1;
    }
  });
}

}  // namespace

void add_network_lists(CLI::App& app, Context& context) {
  add_list(app, context);
  add_inspect(app, context);
}

}  // namespace cli
