// `attach`: a user's terminal on a container that runs already. See commands.h.
#include <unistd.h>

#include "mini-container/cli/commands.h"

namespace cli {

void add_attach_options(CLI::App& command, engine::AttachOptions& options) {
  command
      .add_option("--detach-keys", options.detach_keys, "Keys that leave a container with a terminal running")
      ->capture_default_str();
  command.add_flag("--sig-proxy", options.pass_signals,
                   "Pass signals on to the container (default); --sig-proxy=false keeps them");
}

void add_attach(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"attach", "Connect this terminal to a container that runs",
            "run -dit --name shell busybox sh\nattach shell\nattach --no-stdin --sig-proxy=false web",
            "the container's guardian holds the other ends of the program's pipes, or of its terminal, and "
            "serves a "
            "Unix socket in the directory tty of the engine; every attached command gets the same output, "
            "and may type. "
            "Ctrl-P Ctrl-Q leaves."});
  struct Options {
    std::string name;
    bool no_input = false;
    engine::AttachOptions attachment;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->name, "Name, id, or the first digits of an id")->required();
  command->add_flag("--no-stdin", options->no_input, "Only look");
  add_attach_options(*command, options->attachment);
  command->callback([options, &context] {
    engine::Engine& engine = context.engine();
    options->attachment.input = !options->no_input;
    const engine::AttachResult result =
        engine.attach(engine.registry().get(options->name), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO},
                      options->attachment);
    // As Docker: leaving is not the container's end, and the exit code says so.
    if (result.detached) throw std::runtime_error("read escape sequence");
    context.exit_code = result.code.value_or(1);
  });
}

}  // namespace cli
