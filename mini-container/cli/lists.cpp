// `ps` and `inspect`: what is there, as a table or as JSON. See commands.h.
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/inspect.h"
#include "mini-container/engine/names.h"

namespace cli {

namespace {

using engine::Container;

std::string command_text(const Container& container) {
  std::string text = fmt::format("{}", fmt::join(container.settings.args, " "));
  if (text.size() > 20) text = text.substr(0, 17) + "...";
  return "\"" + text + "\"";
}

std::string ports_text(const Container& container) {
  return container.running() ? fmt::format("{}", fmt::join(container.settings.ports, ", ")) : "";
}

struct PsOptions {
  bool all = false;
  bool quiet = false;
  bool whole = false;
  std::string format = "table";
};

std::string ps_json(const Container& container, std::int64_t now) {
  return nlohmann::json({{"ID", engine::short_id(container.id)},
                         {"Image", container.settings.image},
                         {"Command", fmt::format("{}", fmt::join(container.settings.args, " "))},
                         {"CreatedAt", container.created},
                         {"State", container.status},
                         {"Status", engine::status_text(container, now)},
                         {"Ports", ports_text(container)},
                         {"Names", container.name}})
             .dump() +
         "\n";
}

std::string ps_text(const std::vector<Container>& containers, const PsOptions& options) {
  const std::int64_t now = std::time(nullptr);
  std::string text;
  std::vector<std::vector<std::string>> rows = {
      {"CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"}};
  for (const Container& container : containers) {
    if (!options.all && !container.running()) continue;
    const std::string id = options.whole ? container.id : engine::short_id(container.id);
    const std::string age =
        engine::duration_text(now - engine::seconds_of(container.created).value_or(now)) + " ago";
    rows.push_back({id, container.settings.image, command_text(container), age,
                    engine::status_text(container, now), ports_text(container), container.name});
    if (options.quiet) text += id + "\n";
    if (!options.quiet && options.format == "json") text += ps_json(container, now);
  }
  return options.quiet || options.format == "json" ? text : table(rows);
}

void add_ps(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("ps", "List running containers");
  command->footer("\nExamples:\n  mini-container ps -a\n  mini-container ps --format json\n");
  const auto options = std::make_shared<PsOptions>();
  command->add_flag("-a,--all", options->all, "Those that have ended, too");
  command->add_flag("-q,--quiet", options->quiet, "Only ids");
  command->add_flag("--no-trunc", options->whole, "Whole ids");
  command->add_option("--format", options->format, "table, or json: one object a line")
      ->check(CLI::IsMember({"table", "json"}));
  command->callback([options, &context] { print(ps_text(context.engine().registry().list(), *options)); });
}

}  // namespace

void add_lists(CLI::App& app, Context& context) {
  add_ps(app, context);
  CLI::App* inspect = app.add_subcommand("inspect", "Everything known about containers, as JSON");
  inspect->footer("\nExamples:\n  mini-container inspect web\n");
  const auto names = std::make_shared<std::vector<std::string>>();
  inspect->add_option("CONTAINER", *names, "Name, id, or the first digits of an id")->required();
  inspect->callback([names, &context] {
    const engine::Registry& registry = context.engine().registry();
    std::vector<Container> containers;
    for (const std::string& name : *names)
      containers.push_back(registry.get(name));
    print(engine::inspect_json(registry, containers));
  });
}

}  // namespace cli
