// `prune` and `container prune`: what is not used any more goes. See commands.h.
#include <fmt/format.h>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/filter.h"
#include "mini-container/engine/image_users.h"

namespace cli {

namespace {

struct Pruned {
  std::vector<std::string> ids;
  std::uint64_t bytes = 0;
};

Pruned prune_containers(engine::Engine& engine, const std::vector<std::string>& filters) {
  Pruned pruned;
  for (const engine::Container& container : Filter(filters).apply(engine.registry().list())) {
    if (!container.at_rest()) continue;
    pruned.bytes += engine.sizes_of(container).written;
    engine.remove(container, false, false);
    pruned.ids.push_back(container.id);
  }
  return pruned;
}

}  // namespace

void add_prune(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"prune", "Remove ended containers, and layers that no image uses", "prune -f",
            "container prune, then every layer and blob of the store that no image's manifest names."});
  const auto force = std::make_shared<bool>(false);
  command->add_flag("-f,--force", *force, "Do not ask");
  command->callback([force, &context] {
    if (!confirmed(*force, "Remove all containers that have ended, and all images without a name?")) return;
    engine::Engine& engine = context.engine();
    std::string text;
    for (const std::string& id : prune_containers(engine, {}).ids)
      text += "Deleted container: " + id + "\n";
    for (const std::string& one :
         engine.images().prune(false, engine::image_users(engine.registry())).deleted)
      text += "Deleted: " + one + "\n";
    print(text);
  });
}

void add_container_prune(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"prune", "Remove all containers that do not run",
            "container prune -f\ncontainer prune --filter label=old",
            "rm for each whose record says created or exited: its writable layer is what takes the space."});
  struct Options {
    bool force = false;
    std::vector<std::string> filters;
  };
  const auto options = std::make_shared<Options>();
  command->add_flag("-f,--force", options->force, "Do not ask");
  command->add_option("--filter", options->filters, "Only those that fit KEY=VALUE, as of ps")
      ->take_all()
      ->allow_extra_args(false);
  command->callback([options, &context] {
    const bool yes =
        confirmed(options->force,
                  "WARNING! This will remove all stopped containers.\nAre you sure you want to continue?");
    if (!yes) return;
    const Pruned pruned = prune_containers(context.engine(), options->filters);
    std::string text = pruned.ids.empty() ? "" : "Deleted Containers:\n";
    for (const std::string& id : pruned.ids)
      text += id + "\n";
    text += pruned.ids.empty() ? "" : "\n";
    print(text + "Total reclaimed space: " + text::size_text(pruned.bytes) + "\n");
  });
}

}  // namespace cli
