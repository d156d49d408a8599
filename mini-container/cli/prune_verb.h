// What every verb that removes what is not used has in common: it says what will go, asks unless --force, and tells what
// went.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "mini-container/cli/commands.h"
#include "mini-container/image/store.h"

namespace cli {

struct Pruning {
  std::string warning;                 // comes before "Are you sure you want to continue?"
  std::function<std::string()> prune;  // returns what to print
};

// Adds the verb, with --force. `plan` is called once the options are known; it throws for those that make no sense.
CLI::App* add_prune_verb(CLI::App& app, const Help& help, std::function<Pruning()> plan);

// An option that may be given several times, such as --filter.
void add_list_option(CLI::App& command, const char* name, std::vector<std::string>& values, const char* help);

// The heading, a line each, and an empty one; nothing for none.
std::string deleted_text(const char* heading, const std::vector<std::string>& lines);
std::string deleted_images_text(const image::Removal& removal);
std::string reclaimed_text(std::uint64_t bytes);

}  // namespace cli
