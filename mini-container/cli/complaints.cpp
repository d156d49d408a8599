// See complaints.h.
#include "mini-container/cli/complaints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "mini-container/cli/commands.h"

namespace cli {

namespace {

constexpr int kWrongWords = 1;
constexpr int kWrongFlag = 125;

// Of a verb whose words after the options CLI11 does not count.
class TooFewWords : public CLI::ParseError {
 public:
  explicit TooFewWords(const std::string& requirement)
      : ParseError("TooFewWords", requirement, kWrongWords) {}
};

void tell(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

bool is_flag(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

// "mini-container image ls"
std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

// The first, from the outside, that was given a word it has no verb for: "compose" of `mini-container compose version`.
const CLI::App* group_with_stray_word(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return nullptr;
  const auto words = app.remaining();
  return words.empty() || is_flag(words.front()) ? group_with_stray_word(*chosen.front()) : &app;
}

std::string see_help(const CLI::App& command) {
  return fmt::format("See '{} --help'.\n", path_of(command));
}

std::string requirement(std::size_t least, std::size_t most) {
  const auto arguments = [](std::size_t count) {
    return fmt::format("{} argument{}", count, count == 1 ? "" : "s");
  };
  if (most == 0) return "accepts no arguments";
  if (least == most) return "requires exactly " + arguments(least);
  if (most == std::string::npos) return "requires at least " + arguments(least);
  if (least == 0) return "requires at most " + arguments(most);
  return fmt::format("requires at least {} and at most {}", least, arguments(most));
}

// How many words it takes.
std::string requirement_of(const CLI::App& command) {
  std::size_t least = 0, most = 0;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    if (option->get_required()) ++least;
    if (option->get_expected_max() > 1) most = std::string::npos;
    if (most != std::string::npos) ++most;
  }
  return requirement(least, most);
}

// The first word that looks like a flag; "" for none. What follows an image's name belongs to the container.
std::string stray_flag(const CLI::App& command) {
  auto words = command.remaining();
  if (command.get_prefix_command()) words.resize(std::min<std::size_t>(words.size(), 1));
  const auto flag = std::find_if(words.begin(), words.end(), is_flag);
  return flag == words.end() ? "" : *flag;
}

std::string unknown_flag(const std::string& word) {
  if (word.starts_with("--")) return "unknown flag: " + word.substr(0, word.find('='));
  return fmt::format("unknown shorthand flag: '{}' in {}", word[1], word);
}

// It has verbs of its own, and none of them was named. As Docker: to ask what there is is no mistake.
int complain_of_group(const CLI::App& group) {
  const auto words = group.remaining();
  if (words.empty() || is_flag(words.front())) {
    tell(group.help());
    return group.get_parent() == nullptr ? kWrongWords : 0;
  }
  tell(fmt::format("mini-container: '{}' is not a {} command.\nSee '{} --help'\n", words.front(),
                   path_of(group), path_of(group)));
  return kWrongWords;
}

}  // namespace

void add_help(CLI::App& app) {
  CLI::App* command =
      add_verb(app, {"help", "What a command does, and its options", "help run\nhelp volume ls",
                     "nothing of the kernel: the same text as COMMAND --help."});
  const auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("COMMAND", *words, "For example run, or volume ls");
  command->callback([&app, words] {
    const CLI::App* asked = &app;
    for (const std::string& word : *words) {
      const auto verbs = asked->get_subcommands([&](const CLI::App* verb) { return verb->check_name(word); });
      if (verbs.empty())
        throw std::invalid_argument("unknown help topic: " + word + ". Next: mini-container --help");
      asked = verbs.front();
    }
    print(asked->get_formatter()->make_help(asked, path_of(*asked), CLI::AppFormatMode::Normal));
  });
}

void require_words(const CLI::App& command, std::size_t least) {
  if (!stray_flag(command).empty()) throw CLI::ExtrasError(command.remaining());
  if (command.remaining().size() < least) throw TooFewWords(requirement(least, std::string::npos));
}

int complain_of(const CLI::App& app, const CLI::ParseError& error) {
  // --help, --version; or all has been said.
  if (error.get_exit_code() == 0 || dynamic_cast<const CLI::RuntimeError*>(&error) != nullptr)
    return app.exit(error);
  if (const CLI::App* group = group_with_stray_word(app)) return complain_of_group(*group);
  const CLI::App& command = innermost(app);
  if (const std::string flag = stray_flag(command); !flag.empty()) {
    tell(unknown_flag(flag) + "\n" + see_help(command));
    return kWrongFlag;
  }
  if (!command.get_subcommands([](const CLI::App*) { return true; }).empty())
    return complain_of_group(command);
  const bool words_are_wrong = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
                               dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool too_few = dynamic_cast<const TooFewWords*>(&error) != nullptr;
  if (words_are_wrong || too_few) {
    tell(fmt::format("\"{}\" {}.\n{}", path_of(command), too_few ? error.what() : requirement_of(command),
                     see_help(command)));
    return kWrongWords;
  }
  tell(std::string(error.what()) + "\n" + see_help(command));
  return kWrongFlag;
}

}  // namespace cli
