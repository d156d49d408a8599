// See options.h. CLI11 is included here and in verbs.cpp only: it costs ten seconds of compile time.
#include "mini-container/runtime/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/completion/completion.h"
#include "base/sys/identity.h"
#include "mini-container/runtime/cli/verbs.h"

namespace cli {

namespace {

constexpr char kExamples[] = R"(Examples:
  mini-runtime spec                            write config.json for a bundle in this directory
  mini-runtime run --bundle /tmp/box box       create, start, wait and delete in one
  mini-runtime create --bundle /tmp/box box    everything but the program itself ...
  mini-runtime start box                       ... which starts now
  mini-runtime exec box ps                     another process in it
  mini-runtime update --memory 128m box        another limit
  mini-runtime kill box KILL
  mini-runtime delete box
  mini-runtime --explain run -b /tmp/box box   every phase with its reason, every kernel call
  mini-runtime explain -b /tmp/box             what run would do; needs no root)";

const completion::Program kCompletion = {
    "mini-runtime", "mini-runtime list -q", {{"create", "true"}, {"run", "true"}, {"spec", "true"}}};

std::string default_root() {
  if (sys::geteuid() == 0) return "/run/mini-runtime";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return (runtime == nullptr ? std::string("/tmp/mini-runtime-") + std::to_string(sys::geteuid())
                             : std::string(runtime) + "/mini-runtime");
}

void add_globals(CLI::App& app, Options& options) {
  app.add_option("--root", options.root, "directory of the containers' state")->type_name("DIR");
  app.add_option("--log", options.log, "append messages to FILE as well")->type_name("FILE");
  app.add_option("--log-format", options.log_format, "of --log")->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--debug", options.debug, "log every phase and remark too; on standard error without --log");
  app.add_flag("--explain", options.explain, "tell every phase and kernel call on standard error");
  app.add_flag("--step", options.step, "wait for Enter before each phase, and show what it changed");
  app.add_option("--trace", options.trace, "append every phase and kernel call to FILE as JSON lines")
      ->type_name("FILE");
  app.add_flag("--systemd-cgroup", options.systemd_cgroup, "the same as --cgroup-manager systemd");
  app.add_option("--cgroup-manager", options.cgroup_manager,
                 "cgroupfs; disabled: make no control groups; systemd: refused where a container is made")
      ->check(CLI::IsMember({"cgroupfs", "systemd", "disabled"}));
  app.add_option("--rootless", options.rootless, "whether to go on without control groups that are refused")
      ->check(CLI::IsMember({"true", "false", "auto"}));
  app.add_option("--criu", "accepted: there is no checkpoint")->type_name("FILE");
}

// In the form of runc's and crun's, which scripts and people know: the name, then the usage in one line.
class Help : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    const CLI::App* program = app->get_parent();
    const std::string name = program == nullptr ? "" : program->get_name() + " ";
    return fmt::format("NAME:\n   {}{} - {}\n\n", name, app->get_name(), app->get_description());
  }
  std::string make_usage(const CLI::App* app, std::string) const override {
    const CLI::App* program = app->get_parent();
    if (program == nullptr)
      return fmt::format("Usage: {} [OPTION...] COMMAND [ARGUMENT...]\n", app->get_name());
    std::string text = fmt::format("Usage: {} [OPTION...] {}", program->get_name(), app->get_name());
    for (const CLI::Option* operand :
         app->get_options([](const CLI::Option* each) { return each->get_positional(); }))
      text += " " + make_option_usage(operand);
    return text + "\n";
  }
};

// WHY: who finds this program under the name of another, runc say, wants to be answered under that.
std::string program_name(const char* path) {
  const std::string name = path == nullptr ? "" : path;
  const std::string last = name.substr(name.rfind('/') + 1);
  return last.empty() ? "mini-runtime" : last;
}

// The verbs that stand among the arguments, all if none does.
// WHY: making options is what a start of this program would spend most time on; those of other verbs nobody asks for.
std::vector<const Verb*> possible_verbs(int argc, char** argv) {
  std::vector<const Verb*> named, all;
  for (const Verb& verb : verbs()) {
    all.push_back(&verb);
    if (std::any_of(argv + 1, argv + argc, [&verb](const char* word) { return word == verb.name; }))
      named.push_back(&verb);
  }
  return named.empty() ? all : named;
}

void add_verb(CLI::App& app, const Verb& verb, Options& options) {
  CLI::App* command = app.add_subcommand(std::string(verb.name), verb.what);
  command->fallthrough();
  command->final_callback([&options, &verb] { options.verb = verb.name; });
  command->footer(fmt::format("Example:\n  {}", verb.example));
  verb.add_flags(*command, options);
}

}  // namespace

ParseResult parse(int argc, char** argv, Options& options) {
  const std::string name = program_name(argc > 0 ? argv[0] : nullptr);
  CLI::App app("Open Container Initiative runtime that can explain itself", name);
  app.formatter(std::make_shared<Help>());
  options.root = default_root();
  add_globals(app, options);
  app.set_version_flag("-v,--version", [&name] { return version_text(name); });
  app.footer(kExamples);
  app.require_subcommand(1);
  const std::vector<const Verb*> possible = possible_verbs(argc, argv);
  for (const Verb* verb : possible)
    add_verb(app, *verb, options);
  // It prints them all, and --help lists it with them.
  if (possible.size() == verbs().size()) completion::add_verb(app, kCompletion);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    if (app.remaining().empty()) return {false, app.exit(help)};
    const std::string why = fmt::format("No help topic for '{}'", app.remaining().front());
    return {false, app.exit(CLI::Error("NoSuchVerb", why, CLI::ExitCodes::ExtrasError))};
  } catch (const CLI::ParseError& error) {
    return {false, app.exit(error)};
  }
  // Only completion names none: it has printed its script.
  return {!options.verb.empty(), 0};
}

}  // namespace cli
