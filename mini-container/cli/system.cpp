// `doctor`, `reset`: the host, and what is on it. See commands.h.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/prune_verb.h"
#include "mini-container/engine/doctor.h"
#include "mini-container/engine/leaks.h"
#include "mini-container/network/user_network.h"
#include "mini-container/network/whole.h"

namespace cli {

namespace {

std::string leaks_text(const std::vector<engine::Leak>& leaks) {
  if (leaks.empty()) return "nothing was left behind\n";
  std::string text;
  for (const engine::Leak& leak : leaks)
    text += fmt::format("{:8} {}\n", leak.kind, leak.what);
  return text + "Next: any other command (mini-container ps) repairs what a killed one left behind\n";
}

void add_doctor(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("doctor", "What this host can do; with --leaks, what was left behind");
  command->footer(
      "\nExamples:\n  mini-container doctor\n  mini-container doctor --leaks\n"
      "  mini-container doctor --format json\n");
  struct Options {
    bool leaks = false;
    std::string format = "text";
  };
  const auto options = std::make_shared<Options>();
  command->add_flag(
      "--leaks", options->leaks,
      "Mounts, cgroups, links, rules, processes and state without a container; exit code 1 if any");
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->callback([options, &context] {
    // Not through context.engine(): what it repairs could not be reported.
    const bool json = options->format == "json";
    if (options->leaks) {
      const auto leaks = engine::leaks(engine::Registry(context.paths()));
      print(json ? engine::to_json(leaks) : leaks_text(leaks));
      context.exit_code = leaks.empty() ? 0 : 1;
      return;
    }
    const auto checks = engine::examine_host(context.paths());
    print(json ? engine::to_json(checks) : engine::to_text(checks));
  });
}

std::string remove_everything(engine::Engine& engine) {
  for (const engine::Container& container : engine.registry().list())
    engine.remove(container, true, true);
  const engine::Paths paths = engine.registry().paths();
  if (network::governs_links()) network::remove_all(paths.network);
  sys::remove_tree(paths.run);
  sys::remove_tree(paths.store);
  return {};
}

}  // namespace

void add_reset(CLI::App& app, Context& context) {
  add_prune_verb(app,
                 {"reset", "Remove everything: containers, images, volumes, networks, rules",
                  "reset -f\nsystem reset -f",
                  "rm -f -v for each container, then what all share: bridges, the nftables table, and the "
                  "directories of state and store."},
                 [&context]() -> Pruning {
                   return {"WARNING! This will remove all containers, images, volumes and networks.",
                           [&context] { return remove_everything(context.engine()); }};
                 });
}

void add_system(CLI::App& app, Context& context) {
  add_doctor(app, context);
  add_reset(app, context);
}

}  // namespace cli
