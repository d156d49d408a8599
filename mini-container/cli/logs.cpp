// `logs`: what a container has written, from its log of JSON lines. See commands.h.
#include "mini-container/engine/logs.h"

#include <fmt/format.h>

#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "mini-container/cli/commands.h"

namespace cli {

void add_logs(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("logs", "What a container has written");
  command->footer("\nExamples:\n  mini-container logs web\n  mini-container logs -f -t web\n");
  struct Options {
    std::string name;
    bool follow = false;
    bool timestamps = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->name, "Name, id, or the first digits of an id")->required();
  command->add_flag("-f,--follow", options->follow, "Go on until the container ends");
  command->add_flag("-t,--timestamps", options->timestamps, "When each line was written");
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    const engine::Container container = registry.get(options->name);
    const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
    engine::read_log(registry, container, options->follow, [&](const engine::LogLine& line) {
      const std::string text = options->timestamps ? line.time + " " + line.text : line.text;
      return sys::write_if_read(line.stream == "stderr" ? 2 : 1, text);
    });
  });
}

}  // namespace cli
