// The verbs on images, each of which stands below `image` and, where Docker has it there, on its own.
#pragma once

#include "mini-container/cli/commands.h"
#include "mini-container/image/image.h"

namespace cli {

inline constexpr const char* kWhichImage = "name[:tag], digest, or the first digits of an id";

void add_image_list(CLI::App& app, Context& context, const char* name);    // images, image ls
void add_image_history(CLI::App& app, Context& context);                   // history
void add_image_tag(CLI::App& app, Context& context);                       // tag
void add_image_inspect(CLI::App& app, Context& context);                   // image inspect
void add_image_remove(CLI::App& app, Context& context, const char* name);  // rmi, image rm
void add_image_prune(CLI::App& app, Context& context);                     // image prune
void add_image_load(CLI::App& app, Context& context);                      // load
void add_image_save(CLI::App& app, Context& context);                      // save
void add_image_import(CLI::App& app, Context& context);                    // import
void add_image_tree(CLI::App& app, Context& context);                      // image tree
void add_image_diff(CLI::App& app, Context& context);                      // image diff
void add_image_export(CLI::App& app, Context& context);                    // image export

// `image prune`, with its event.
image::Removal prune_images(engine::Engine& engine, bool all);

// Where a tar goes: standard output for "-", unless that is a terminal, else the file.
sys::UniqueFd tar_output(const std::string& path);

}  // namespace cli
