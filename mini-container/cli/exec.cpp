// `exec`: one more command in a container that runs. See commands.h.
#include <unistd.h>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/complaints.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/cli/prune_verb.h"

namespace cli {

namespace {
constexpr char kExamples[] = R"(
Examples:
  mini-container exec web ps
  mini-container exec -it web sh
  mini-container exec -u nobody -w /tmp -e COLOUR=blue web env
)";
constexpr int kWrongWords = 125;
constexpr int kCannotRun = 126;
}  // namespace

void add_exec(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "exec", "Run a command in a running container: exec [OPTIONS] CONTAINER COMMAND [ARG...]");
  command->footer(kExamples);
  command->prefix_command();
  const auto options = std::make_shared<engine::ExecOptions>();
  command->add_flag("-i,--interactive", options->open_stdin, "Keep standard input open");
  command->add_flag("-d,--detach", options->detach, "Leave it running, and do not wait for it");
  command->add_flag("-t,--tty", options->tty, "Give the program a terminal");
  const auto env = std::make_shared<std::vector<std::string>>();
  const auto files = std::make_shared<std::vector<std::string>>();
  add_list_option(*command, "-e,--env", *env, "Set a variable: NAME=value, or NAME to pass on the caller's");
  add_list_option(*command, "--env-file", *files, "Variables from a file, a line each");
  command->add_flag("--privileged", options->privileged, "With all capabilities, whatever the container has");
  command->add_option("--detach-keys", options->attach.detach_keys, "Keys that leave one with -it running")
      ->capture_default_str();
  command->add_option("-w,--workdir", options->working_directory, "Working directory");
  command->add_option("-u,--user", options->user, "User: name or uid, with :group or :gid");
  command->callback([options, command, env, files, &context] {
    require_words(*command, 2);
    const auto words = command->remaining();
    options->args.assign(words.begin() + 1, words.end());
    context.failure_code = kWrongWords;
    options->env = variables(*files, *env);
    context.failure_code = 1;
    engine::Engine& engine = context.engine();
    const engine::UserEnds user = {options->open_stdin ? STDIN_FILENO : -1, STDOUT_FILENO, STDERR_FILENO};
    const engine::Container container = engine.registry().get(words.front());
    // Docker's code for a program that cannot be run; a container that cannot be entered is an error like others.
    if (container.running() && !container.paused) context.failure_code = kCannotRun;
    const engine::AttachResult result = engine.exec(container, *options, user);
    context.failure_code = 1;
    // As Docker: leaving is not the process's end, and the exit code says so.
    if (result.detached) throw std::runtime_error("read escape sequence");
    context.exit_code = result.code.value_or(1);
  });
}

}  // namespace cli
