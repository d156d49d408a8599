// `prune`, `container prune`, `system prune`: what is not used any more goes. See commands.h.
#include "mini-container/cli/commands.h"
#include "mini-container/cli/filter.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/network_commands.h"
#include "mini-container/cli/prune_verb.h"
#include "mini-container/engine/volumes.h"

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
  engine.registry().journal().add_prune("container", pruned.bytes);
  return pruned;
}

// What goes with `system prune`.
struct PruneOptions {
  bool all = false, volumes = false;
};

std::string warning(const PruneOptions& options) {
  return std::string(
             "WARNING! This will remove:\n  - all stopped containers\n"
             "  - all networks not used by at least one container\n") +
         (options.volumes ? "  - all anonymous volumes not used by at least one container\n" : "") +
         (options.all ? "  - all images without at least one container associated to them\n"
                      : "  - all dangling images\n");
}

// In Docker's order: what holds the next thing goes first.
std::string prune_all(engine::Engine& engine, const PruneOptions& options) {
  Pruned containers = prune_containers(engine, {});
  const std::vector<std::string> networks = prune_networks(engine.registry(), PruneFilter({}));
  engine::Volumes::Pruned volumes;
  if (options.volumes) volumes = engine::Volumes(engine.registry()).prune(&engine::VolumeRecord::anonymous);
  const auto images = prune_images(engine, options.all);
  return deleted_text("Deleted Containers:", containers.ids) + deleted_text("Deleted Networks:", networks) +
         deleted_text("Deleted Volumes:", volumes.names) + deleted_images_text(images) +
         reclaimed_text(containers.bytes + volumes.bytes + images.bytes);
}

std::string prune_containers_and_layers(engine::Engine& engine) {
  std::string text;
  for (const std::string& id : prune_containers(engine, {}).ids)
    text += "Deleted container: " + id + "\n";
  for (const std::string& one : prune_images(engine, false).deleted)
    text += "Deleted: " + one + "\n";
  return text;
}

}  // namespace

void add_prune(CLI::App& app, Context& context) {
  add_prune_verb(app,
                 {"prune", "Remove ended containers, and layers that no image uses", "prune -f",
                  "container prune, then every layer and blob of the store that no image's manifest names."},
                 [&context]() -> Pruning {
                   return {"WARNING! This will remove all stopped containers, and all images without a name.",
                           [&context] { return prune_containers_and_layers(context.engine()); }};
                 });
}

void add_container_prune(CLI::App& app, Context& context) {
  const auto filters = std::make_shared<std::vector<std::string>>();
  const auto plan = [filters, &context]() -> Pruning {
    return {"WARNING! This will remove all stopped containers.", [filters, &context] {
              const Pruned pruned = prune_containers(context.engine(), *filters);
              return deleted_text("Deleted Containers:", pruned.ids) + reclaimed_text(pruned.bytes);
            }};
  };
  CLI::App* command = add_prune_verb(
      app,
      {"prune", "Remove all containers that do not run",
       "container prune -f\ncontainer prune --filter label=old",
       "rm for each whose record says created or exited: its writable layer is what takes the space."},
      plan);
  add_list_option(*command, "--filter", *filters, "Only those that fit KEY=VALUE, as of ps");
}

void add_system_prune(CLI::App& app, Context& context) {
  const auto options = std::make_shared<PruneOptions>();
  CLI::App* command = add_prune_verb(
      app,
      {"prune", "Remove all that is not used", "system prune -f\nsystem prune -a --volumes",
       "container prune, then volumes, then image prune: a container holds volumes and its image, so it goes "
       "first."},
      [options, &context]() -> Pruning {
        return {warning(*options), [options, &context] { return prune_all(context.engine(), *options); }};
      });
  command->add_flag("-a,--all", options->all, "All images that no container uses, not only nameless ones");
  command->add_flag("--volumes", options->volumes, "Volumes without a name that no container has, too");
}

}  // namespace cli
