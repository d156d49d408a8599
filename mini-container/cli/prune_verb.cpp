// See prune_verb.h.
#include "mini-container/cli/prune_verb.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "base/text/size.h"

namespace cli {

namespace {

bool confirmed(const std::string& warning) {
  print(warning + "\nAre you sure you want to continue? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

CLI::App* add_prune_verb(CLI::App& app, const Help& help, std::function<Pruning()> plan) {
  CLI::App* command = add_verb(app, help);
  const auto force = std::make_shared<bool>(false);
  command->add_flag("-f,--force", *force, "Do not ask");
  command->callback([force, plan = std::move(plan)] {
    const Pruning pruning = plan();
    if (*force || confirmed(pruning.warning)) print(pruning.prune());
  });
  return command;
}

void add_list_option(CLI::App& command, const char* name, std::vector<std::string>& values,
                     const char* help) {
  command.add_option(name, values, help)->take_all()->allow_extra_args(false);
}

std::string deleted_text(const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return fmt::format("{}\n{}\n\n", heading, fmt::join(lines, "\n"));
}

std::string deleted_images_text(const image::Removal& removal) {
  std::vector<std::string> lines;
  for (const std::string& name : removal.untagged)
    lines.push_back("untagged: " + name);
  for (const std::string& id : removal.deleted)
    lines.push_back("deleted: " + id);
  return deleted_text("Deleted Images:", lines);
}

std::string reclaimed_text(std::uint64_t bytes) {
  return "Total reclaimed space: " + text::size_text(bytes, 4) + "\n";
}

}  // namespace cli
