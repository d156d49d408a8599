// `rmi` and `image prune`. See image_commands.h.
#include <fmt/format.h>

#include <algorithm>

#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/prune_verb.h"
#include "mini-container/engine/image_users.h"

namespace cli {

namespace {

std::string lines(const char* what, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("{}: {}\n", what, name);
  return text;
}

void tell(const engine::Journal& journal, const image::Image& image, const image::Removal& removal) {
  for (const std::string& name : removal.untagged)
    journal.add_image("untag", image.id, name);
  if (std::find(removal.deleted.begin(), removal.deleted.end(), image.id) != removal.deleted.end())
    journal.add_image("delete", image.id, image.id);
}

}  // namespace

void add_image_remove(CLI::App& app, Context& context, const char* name) {
  CLI::App* command = add_verb(
      app, {name, "Remove images: their names, and with the last name their layers",
            "rmi mydebian:12\n"
            "rmi -f $(mini-container images -q)",
            "A container's root is an overlay on the image's layers, so an image that a container uses "
            "stays, even when -f takes its names. A layer goes with the last image that it is part of."});
  struct Options {
    std::vector<std::string> names;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->names, kWhichImage)->required();
  command->add_flag("-f,--force", options->force,
                    "All names of an image at once, also while containers use it");
  command->callback([options, &context] {
    engine::Engine& engine = context.engine();
    std::vector<std::string> failures;
    for (const std::string& text : options->names) {
      try {
        const auto found = engine.images().find(text);
        const auto removal =
            engine.images().remove(text, options->force, engine::image_users(engine.registry()));
        if (found) tell(engine.registry().journal(), *found, removal);
        print(lines("Untagged", removal.untagged) + lines("Deleted", removal.deleted));
      } catch (const image::NotFound& error) {
        failures.emplace_back(error.what());
        // As Docker: what is not there need not be removed by force.
        if (!options->force) context.exit_code = 1;
      } catch (const std::exception& error) {
        failures.emplace_back(error.what());
        context.exit_code = 1;
      }
    }
    for (const std::string& failure : failures)
      sys::complain("mini-container", failure);
  });
}

image::Removal prune_images(engine::Engine& engine, bool all) {
  image::Removal removal = engine.images().prune(all, engine::image_users(engine.registry()));
  engine.registry().journal().add_prune("image", removal.bytes);
  return removal;
}

void add_image_prune(CLI::App& app, Context& context) {
  const auto all = std::make_shared<bool>(false);
  const auto prune = [all, &context] {
    const auto removal = prune_images(context.engine(), *all);
    return deleted_images_text(removal) + reclaimed_text(removal.bytes);
  };
  CLI::App* command = add_prune_verb(
      app,
      {"prune", "Remove images without a name", "image prune -f\nimage prune -a",
       "An image loses its name when another takes it; its layers stay on disk until somebody prunes."},
      [all, prune]() -> Pruning {
        return {fmt::format("WARNING! This will remove {}.",
                            *all ? "all images without at least one container associated to them"
                                 : "all dangling images"),
                prune};
      });
  command->add_flag("-a,--all", *all, "All images that no container uses, those with names too");
}

}  // namespace cli
