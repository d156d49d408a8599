// `exec`: one more command in a VM that runs. See verbs.h.
#include <optional>

#include "base/sys/file.h"
#include "base/sys/terminal.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"

namespace vm::cli {

namespace {

struct Options {
  CommandRequest request;
  bool interactive = false;
  bool tty = false;
  bool detach = false;
};

// What the VM's own command was started with.
protocol::Command main_command(const std::string& name) {
  // A system of its own has none; the process that holds the VM says what to do instead.
  if (running_vm(name).start == "disk") return {};
  const auto bytes = sys::read_file_if_present(run_directory() + "/" + name + "/" + kCommandFile);
  const auto command = bytes ? protocol::decode_command(*bytes) : std::nullopt;
  if (!command) throw std::runtime_error("VM " + name + " has not booted yet");
  return *command;
}

int exec(const std::string& name, const Options& options) {
  protocol::Command command = command_beside(options.request, main_command(name));
  if (options.tty) command.terminal = sys::isatty(1) ? terminal_size(1) : protocol::WindowSize{24, 80};
  Ending ending;
  {
    std::optional<sys::RawMode> raw;
    if (options.tty && options.interactive) raw.emplace(0);
    ending = converse(name, command, {.input = options.interactive ? 0 : -1, .detached = options.detach});
  }
  if (!ending.trouble.empty()) say(ending.trouble);
  return ending.exit_code;
}

}  // namespace

void add_exec(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"exec", "Run a command in a running VM: exec [OPTIONS] NAME [--] COMMAND [ARG...]",
            "exec web -- ps\nexec -it web sh\nexec -u nobody -w /tmp -e COLOUR=blue web env",
            "the supervisor gives the command a channel of its own on the agent's line; guest-init forks and "
            "executes it, and streams, signals and the window's size travel as frames."});
  command->prefix_command();
  const auto options = std::make_shared<Options>();
  command->add_flag("-i,--interactive", options->interactive, "Pass standard input to the command");
  command->add_flag("-t,--tty", options->tty, "Give the command a terminal");
  command->add_flag("-d,--detach", options->detach, "Leave it running, and do not wait for it");
  command->add_option("-e,--env", options->request.environment, "NAME=value for the command")
      ->allow_extra_args(false);
  command->add_option("-w,--workdir", options->request.directory, "Working directory");
  command->add_option("-u,--user", options->request.user, "User[:group] in the guest");
  command->final_callback([options, command, &context] {
    std::vector<std::string> words = command->remaining();
    words.insert(words.end(), context.command.begin(), context.command.end());
    if (words.size() < 2) throw std::runtime_error("exec: name a VM and a command");
    options->request.command.assign(words.begin() + 1, words.end());
    context.exit_code = exec(words.front(), *options);
  });
}

}  // namespace vm::cli
