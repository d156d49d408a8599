// See completion.h.
#include "base/completion/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

namespace completion {

namespace {

struct Verb {
  std::string name;
  std::string help;
  std::vector<std::string> options;  // "--detach", "-d"
  std::vector<Verb> verbs;           // of a group: "volume create"
};

std::vector<Verb> verbs_of(const CLI::App& app) {
  std::vector<Verb> verbs;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    Verb verb = {command->get_name(), command->get_description(), {}, verbs_of(*command)};
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

// "_mini_container": what a shell takes for the name of a function.
std::string function_of(const Program& program) {
  std::string name = "_" + program.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// What completes a word, in bash, from what a command prints or from a list.
std::string words_from(const std::string& command) {
  return fmt::format("COMPREPLY=($(compgen -W \"$({} 2>/dev/null)\" -- \"$word\"))", command);
}
std::string words_of(const std::string& list) {
  return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", list);
}

// Lines of a case on "VERB", or on "VERB VERB" within a group.
std::string bash_options(const std::vector<Verb>& verbs, const std::string& group = {}) {
  std::string text;
  for (const Verb& verb : verbs) {
    text += verb.verbs.empty()
                ? fmt::format("    '{}{} '*) [[ $word == -* ]] && {} && return ;;\n", group, verb.name,
                              words_of(fmt::format("{}", fmt::join(verb.options, " "))))
                : bash_options(verb.verbs, verb.name + " ");
  }
  return text;
}

std::string bash(const std::vector<Verb>& verbs, const Program& program) {
  std::string text = fmt::format(
      "{}() {{\n  local word=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}}\n"
      "  if ((COMP_CWORD == 1)); then {}; return; fi\n",
      function_of(program), words_of(names_of(verbs)));
  text += "  if ((COMP_CWORD == 2)); then case $verb in\n";
  for (const Verb& verb : verbs)
    if (!verb.verbs.empty())
      text += fmt::format("    {}) {}; return ;;\n", verb.name, words_of(names_of(verb.verbs)));
  text += "    *) ;;\n  esac; fi\n  case \"${COMP_WORDS[*]:1:2} \" in\n" + bash_options(verbs);
  text += "  esac\n  case $verb in\n";
  for (const auto& [verb, command] : program.objects_of)
    text += fmt::format("    {}) {} ;;\n", verb, words_from(command));
  text += fmt::format("    *) {} ;;\n", words_from(program.objects));
  return text + fmt::format("  esac\n}}\ncomplete -o default -F {} {}\n", function_of(program), program.name);
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

std::string zsh(const std::vector<Verb>& verbs, const Program& program) {
  const std::string function = function_of(program);
  std::string text =
      fmt::format("#compdef {}\n{}() {{\n  local -a verbs\n  verbs=(\n", program.name, function);
  for (const Verb& verb : verbs)
    text += "    " + quoted(verb.name + ":" + verb.help) + "\n";
  text += "  )\n  if ((CURRENT == 2)); then _describe verb verbs; return; fi\n  case $words[2] in\n";
  for (const Verb& verb : verbs) {
    text += verb.verbs.empty()
                ? fmt::format("    {}) compadd -- {} ;;\n", verb.name, fmt::join(verb.options, " "))
                : fmt::format("    {}) if ((CURRENT == 3)); then compadd -- {}; return; fi ;;\n", verb.name,
                              names_of(verb.verbs));
  }
  const auto objects = [](const std::string& command) {
    return fmt::format("compadd -- ${{(f)\"$({} 2>/dev/null)\"}}", command);
  };
  text += "  esac\n  case $words[2] in\n";
  for (const auto& [verb, command] : program.objects_of)
    text += fmt::format("    {}) {} ;;\n", verb, objects(command));
  return text + fmt::format("    *) {} ;;\n  esac\n  _files\n}}\ncompdef {} {}\n", objects(program.objects),
                            function, program.name);
}

std::string fish(const std::vector<Verb>& verbs, const Program& program) {
  std::string text;
  for (const Verb& verb : verbs) {
    text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program.name, verb.name,
                        quoted(verb.help));
    for (const std::string& option : verb.options) {
      const bool whole = option.starts_with("--");
      text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' {} {}\n", program.name,
                          verb.name, whole ? "-l" : "-s", option.substr(whole ? 2 : 1));
    }
  }
  for (const Verb& verb : verbs) {
    if (verb.verbs.empty()) continue;
    const std::string inner = names_of(verb.verbs);
    text += fmt::format(
        "complete -c {} -n '__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}' -a {}\n",
        program.name, verb.name, inner, quoted(inner));
  }
  std::string others;
  for (const auto& [verb, command] : program.objects_of) {
    others += " " + verb;
    text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' -a {}\n", program.name, verb,
                        quoted("(" + command + " 2>/dev/null)"));
  }
  const std::string rest = others.empty() ? "" : "; and not __fish_seen_subcommand_from" + others;
  return text + fmt::format("complete -c {} -n 'not __fish_use_subcommand{}' -a {}\n", program.name, rest,
                            quoted("(" + program.objects + " 2>/dev/null)"));
}

std::string script(const std::string& shell, const CLI::App& app, const Program& program) {
  const std::vector<Verb> verbs = verbs_of(app);
  if (shell == "bash") return bash(verbs, program);
  return shell == "zsh" ? zsh(verbs, program) : fish(verbs, program);
}

}  // namespace

void add_verb(CLI::App& app, const Program& program) {
  CLI::App* command = app.add_subcommand("completion", "a completion script for your shell");
  command->footer(
      fmt::format("\nExamples:\n  source <({0} completion bash)\n  {0} completion fish "
                  ">~/.config/fish/completions/{0}.fish\n",
                  program.name));
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->final_callback(
      [shell, &app, program] { std::fputs(script(*shell, app, program).c_str(), stdout); });
}

}  // namespace completion
