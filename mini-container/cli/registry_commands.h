// The verbs that talk to registries. They are carried out by mini-registry, a program beside this one, which has the
// network's libraries that this one does without.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "mini-container/cli/commands.h"

namespace cli {

void add_registry(CLI::App& app, Context& context);    // pull push search login logout
void add_search(CLI::App& app, Context& context);      // search
void add_image_pull(CLI::App& app, Context& context);  // pull, image pull
void add_image_push(CLI::App& app, Context& context);  // push, image push

// Runs mini-registry with `words`, `input` on its standard input, and what it prints going to `output`; its exit code.
int run_registry(const std::vector<std::string>& words, const std::string& input, int output);

// The image that `run` and `create` begin with, by their --pull ("always", "missing" or "never") and --platform. Throws image::NotFound if
// it may not be pulled, std::runtime_error if it cannot.
image::Image image_as_asked(Context& context, const std::string& policy, const std::string& name,
                            const std::string& platform);

}  // namespace cli
