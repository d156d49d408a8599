// See options.h. CLI11 is included here only: it costs ten seconds of compile time.
#include "mini-container/runtime/cli/options.h"

#include <CLI/CLI.hpp>

#include "base/sys/identity.h"
#include "mini-container/runtime/spec/features.h"

namespace cli {

namespace {

constexpr char kExamples[] = R"(Examples:
  mini-runtime spec                            write config.json for a bundle in this directory
  mini-runtime run --bundle /tmp/box box       create, start, wait and delete in one
  mini-runtime create --bundle /tmp/box box    everything but the program itself ...
  mini-runtime start box                       ... which starts now
  mini-runtime exec box ps                     another process in it
  mini-runtime kill box KILL
  mini-runtime delete box
  mini-runtime --explain run -b /tmp/box box   every phase with its reason, every kernel call
  mini-runtime explain -b /tmp/box             what run would do; needs no root)";

std::string default_root() {
  if (sys::geteuid() == 0) return "/run/mini-runtime";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return (runtime == nullptr ? std::string("/tmp/mini-runtime-") + std::to_string(sys::geteuid())
                             : std::string(runtime) + "/mini-runtime");
}

// Flags that engines pass and that change nothing here.
struct Ignored {
  bool flag = false;
  std::string value;
};

void add_globals(CLI::App& app, Options& options, Ignored& ignored) {
  app.add_option("--root", options.root, "directory of the containers' state")->type_name("DIR");
  app.add_option("--log", options.log, "append errors to FILE as well")->type_name("FILE");
  app.add_option("--log-format", options.log_format, "of --log")->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--explain", options.explain, "tell every phase and kernel call on standard error");
  app.add_flag("--step", options.step, "wait for Enter before each phase, and show what it changed");
  app.add_option("--trace", options.trace, "append every phase and kernel call to FILE as JSON lines")
      ->type_name("FILE");
  app.add_flag("--debug,--systemd-cgroup", ignored.flag, "accepted; changes nothing");
  app.add_option("--rootless,--cgroup-manager,--criu", ignored.value, "accepted; changes nothing");
}

CLI::App* add_verb(CLI::App& app, Options& options, const std::string& name, const std::string& what) {
  CLI::App* verb = app.add_subcommand(name, what);
  verb->fallthrough();
  verb->final_callback([&options, name] { options.verb = name; });
  return verb;
}

CLI::App* add_verb_on_id(CLI::App& app, Options& options, const std::string& name, const std::string& what) {
  CLI::App* verb = add_verb(app, options, name, what);
  verb->add_option("ID", options.id, "the container")->required();
  return verb;
}

void add_launch_flags(CLI::App& verb, Options& options, Ignored& ignored) {
  lifecycle::LaunchOptions& launch = options.run.launch;
  verb.add_option("-b,--bundle", launch.bundle, "directory of config.json")->type_name("DIR");
  verb.add_option("--console-socket", launch.console_socket, "gets the terminal's master end")
      ->type_name("SOCKET");
  verb.add_option("--pid-file", launch.pid_file, "gets the first process's pid")->type_name("FILE");
  verb.add_option("--preserve-fds", launch.preserve_fds, "pass N descriptors on, from 3 up")->type_name("N");
  verb.add_flag("--no-new-keyring{false}", launch.new_keyring, "keep the caller's session keyring");
  verb.add_flag("--no-pivot,--no-subreaper", ignored.flag, "accepted; changes nothing");
}

void add_exec(CLI::App& app, Options& options) {
  CLI::App* verb = add_verb_on_id(app, options, "exec", "run another process in a running container");
  lifecycle::ExecOptions& exec = options.exec;
  verb->add_option("COMMAND", exec.arguments, "program and arguments");
  verb->add_option("-p,--process", exec.process_file, "a JSON file with the whole process")
      ->type_name("FILE");
  verb->add_option("-e,--env", exec.environment, "NAME=value")->allow_extra_args(false);
  verb->add_option("--cwd", exec.cwd, "working directory")->type_name("DIR");
  verb->add_option("-u,--user", exec.user, "UID[:GID]");
  verb->add_option("-c,--cap", exec.capabilities, "add a capability")->allow_extra_args(false);
  verb->add_flag("-t,--tty", exec.terminal, "with a terminal");
  verb->add_flag("-d,--detach", exec.detach, "do not wait for its end");
  verb->add_flag("--no-new-privs", exec.no_new_privileges, "set no_new_privs");
  verb->add_option("--console-socket", exec.console_socket, "gets the terminal's master end")
      ->type_name("SOCKET");
  verb->add_option("--pid-file", exec.pid_file, "gets the process's pid")->type_name("FILE");
  verb->add_option("--preserve-fds", exec.preserve_fds, "pass N descriptors on, from 3 up")->type_name("N");
  // What follows the program's name belongs to the program.
  verb->positionals_at_end();
}

void add_verbs(CLI::App& app, Options& options, Ignored& ignored) {
  add_launch_flags(*add_verb_on_id(app, options, "create", "make a container; its program waits for start"),
                   options, ignored);
  add_verb_on_id(app, options, "start", "start the program of a created container");
  CLI::App* run = add_verb_on_id(app, options, "run", "create, start, wait, delete");
  add_launch_flags(*run, options, ignored);
  run->add_flag("-d,--detach", options.run.detach, "do not wait for its end");
  run->add_flag("--keep", options.run.keep, "do not delete it at its end");
  add_verb_on_id(app, options, "state", "print a container's state as JSON");
  CLI::App* kill = add_verb_on_id(app, options, "kill", "send a signal to a container's first process");
  kill->add_option("SIGNAL", options.signal, "name or number; TERM if not given");
  kill->add_flag("-a,--all", options.all, "to all its processes");
  add_verb_on_id(app, options, "delete", "remove what a container left")
      ->add_flag("-f,--force", options.force, "kill it first if it runs");
  CLI::App* list = add_verb(app, options, "list", "print all containers");
  list->add_option("-f,--format", options.format, "")->check(CLI::IsMember({"table", "json"}));
  list->add_flag("-q,--quiet", options.quiet, "ids only");
  add_exec(app, options);
  add_verb_on_id(app, options, "pause", "freeze all processes of a container");
  add_verb_on_id(app, options, "resume", "let them go on");
  CLI::App* ps = add_verb_on_id(app, options, "ps", "print the processes of a container");
  ps->add_option("-f,--format", options.format, "")->check(CLI::IsMember({"table", "json"}));
  CLI::App* spec = add_verb(app, options, "spec", "write a config.json to start from");
  spec->add_option("-b,--bundle", options.run.launch.bundle, "the directory to write to")->type_name("DIR");
  spec->add_flag("--rootless", options.rootless_document, "for a caller that is not root");
  add_verb(app, options, "features", "print what this runtime can do as JSON");
  CLI::App* explain = add_verb(app, options, "explain", "print what run would do, without doing it");
  explain->add_option("-b,--bundle", options.run.launch.bundle, "directory of config.json")->type_name("DIR");
}

}  // namespace

ParseResult parse(int argc, char** argv, Options& options) {
  CLI::App app("mini-runtime: a low-level OCI container runtime that can explain itself", "mini-runtime");
  Ignored ignored;
  options.root = default_root();
  add_globals(app, options, ignored);
  app.set_version_flag("-v,--version", std::string("mini-runtime version ") + spec::kVersion +
                                           "\nspec: " + spec::kSpecVersion);
  app.footer(kExamples);
  app.require_subcommand(1);
  add_verbs(app, options, ignored);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {false, app.exit(error)};
  }
  return {true, 0};
}

}  // namespace cli
