// `completion`: a script for the user's shell, made from the same tree of options that parses the command
// line, so that it cannot be out of date. See commands.h.
#include <fmt/format.h>

#include "mini-container/cli/commands.h"

namespace cli {

namespace {

struct Verb {
  std::string name;
  std::string help;
  std::vector<std::string> options;  // "--detach", "-d"
};

std::vector<Verb> verbs_of(const CLI::App& app) {
  std::vector<Verb> verbs;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    Verb verb = {command->get_name(), command->get_description(), {}};
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames())
        verb.options.push_back("--" + name);
      for (const std::string& name : option->get_snames())
        verb.options.push_back("-" + name);
    }
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

std::string names_of(const std::vector<Verb>& verbs) {
  std::string text;
  for (const Verb& verb : verbs)
    text += (text.empty() ? "" : " ") + verb.name;
  return text;
}

std::string bash(const std::vector<Verb>& verbs) {
  std::string text = "_mini_container() {\n  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n";
  text +=
      fmt::format("  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '{}' -- \"$word\")); return; fi\n",
                  names_of(verbs));
  text += "  case $verb in\n";
  for (const Verb& verb : verbs) {
    text +=
        fmt::format("    {}) [[ $word == -* ]] && COMPREPLY=($(compgen -W '{}' -- \"$word\")) && return ;;\n",
                    verb.name, fmt::join(verb.options, " "));
  }
  text += "  esac\n  case $verb in\n";
  text +=
      "    run|rmi|image) COMPREPLY=($(compgen -W \"$(mini-container images -q 2>/dev/null)\" -- \"$word\")) "
      ";;\n";
  text += "    *) COMPREPLY=($(compgen -W \"$(mini-container ps -aq 2>/dev/null)\" -- \"$word\")) ;;\n";
  text += "  esac\n}\ncomplete -o default -F _mini_container mini-container\n";
  return text;
}

// `text` within single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string result;
  for (const char character : text) {
    if (character == '\'') {
      result += "'\\''";
    } else {
      result += character;
    }
  }
  return "'" + result + "'";
}

std::string zsh(const std::vector<Verb>& verbs) {
  std::string text = "#compdef mini-container\n_mini_container() {\n  local -a verbs\n  verbs=(\n";
  for (const Verb& verb : verbs)
    text += "    " + quoted(verb.name + ":" + verb.help) + "\n";
  text += "  )\n  if ((CURRENT == 2)); then _describe verb verbs; return; fi\n  case $words[2] in\n";
  for (const Verb& verb : verbs) {
    text += fmt::format("    {}) compadd -- {} ;;\n", verb.name, fmt::join(verb.options, " "));
  }
  text += "  esac\n  _files\n}\ncompdef _mini_container mini-container\n";
  return text;
}

std::string fish(const std::vector<Verb>& verbs) {
  std::string text;
  for (const Verb& verb : verbs) {
    text += fmt::format("complete -c mini-container -n __fish_use_subcommand -a {} -d {}\n", verb.name,
                        quoted(verb.help));
    for (const std::string& option : verb.options) {
      const bool whole = option.starts_with("--");
      text += fmt::format("complete -c mini-container -n '__fish_seen_subcommand_from {}' {} {}\n", verb.name,
                          whole ? "-l" : "-s", option.substr(whole ? 2 : 1));
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& app, Context&) {
  CLI::App* command = app.add_subcommand("completion", "A completion script for your shell");
  command->footer(
      "\nExamples:\n  source <(mini-container completion bash)\n"
      "  mini-container completion fish >~/.config/fish/completions/mini-container.fish\n");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &app] {
    const std::vector<Verb> verbs = verbs_of(app);
    print(*shell == "bash" ? bash(verbs) : *shell == "zsh" ? zsh(verbs) : fish(verbs));
  });
}

}  // namespace cli
