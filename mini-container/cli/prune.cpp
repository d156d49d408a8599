// `prune`, `container prune`, `system prune`: what is not used any more goes. See commands.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/filter.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/network_commands.h"
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
  bool all = false, volumes = false, force = false;
};

std::string warning(const PruneOptions& options) {
  return std::string(
             "WARNING! This will remove:\n  - all stopped containers\n"
             "  - all networks not used by at least one container\n") +
         (options.volumes ? "  - all anonymous volumes not used by at least one container\n" : "") +
         (options.all ? "  - all images without at least one container associated to them\n"
                      : "  - all dangling images\n") +
         "\nAre you sure you want to continue?";
}

std::string paragraph(const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return fmt::format("{}\n{}\n\n", heading, fmt::join(lines, "\n"));
}

// In Docker's order: what holds the next thing goes first.
std::string prune_all(engine::Engine& engine, const PruneOptions& options) {
  Pruned containers = prune_containers(engine, {});
  const std::vector<std::string> networks = prune_networks(engine.registry(), PruneFilter({}));
  engine::Volumes::Pruned volumes;
  if (options.volumes) volumes = engine::Volumes(engine.registry()).prune(&engine::VolumeRecord::anonymous);
  const auto images = prune_images(engine, options.all);
  std::vector<std::string> lines;
  for (const std::string& name : images.untagged)
    lines.push_back("untagged: " + name);
  for (const std::string& id : images.deleted)
    lines.push_back("deleted: " + id);
  return paragraph("Deleted Containers:", containers.ids) + paragraph("Deleted Networks:", networks) +
         paragraph("Deleted Volumes:", volumes.names) + paragraph("Deleted Images:", lines) +
         "Total reclaimed space: " + text::size_text(containers.bytes + volumes.bytes + images.bytes, 4) +
         "\n";
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
    for (const std::string& one : prune_images(engine, false).deleted)
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
    print(text + "Total reclaimed space: " + text::size_text(pruned.bytes, 4) + "\n");
  });
}

void add_system_prune(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"prune", "Remove all that is not used", "system prune -f\nsystem prune -a --volumes",
       "container prune, then volumes, then image prune: a container holds volumes and its image, so it goes "
       "first."});
  const auto options = std::make_shared<PruneOptions>();
  command->add_flag("-a,--all", options->all, "All images that no container uses, not only nameless ones");
  command->add_flag("--volumes", options->volumes, "Volumes without a name that no container has, too");
  command->add_flag("-f,--force", options->force, "Do not ask");
  command->callback([options, &context] {
    if (confirmed(options->force, warning(*options))) print(prune_all(context.engine(), *options));
  });
}

}  // namespace cli
