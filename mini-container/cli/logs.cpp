// `logs`: what a container has written, from its log of JSON lines. See commands.h.
#include "mini-container/engine/logs.h"

#include <fmt/format.h>

#include <ctime>

#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "mini-container/cli/commands.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

struct LogOptions {
  std::string name;
  std::string tail = "all";
  std::string since, until;
  bool follow = false;
  bool timestamps = false;
};

engine::LogQuery query_of(const LogOptions& options) {
  engine::LogQuery query;
  query.follow = options.follow;
  if (options.tail != "all") {
    query.tail = text::number<std::size_t>(options.tail);
    if (!query.tail)
      throw std::invalid_argument(fmt::format("--tail {}: expected a number of lines, or all", options.tail));
  }
  const auto now = static_cast<double>(std::time(nullptr));
  if (!options.since.empty()) query.since = engine::parse_moment(options.since, now);
  if (!options.until.empty()) query.until = engine::parse_moment(options.until, now);
  return query;
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"logs", "What a container has written", "logs web\nlogs -f -t --tail 5 web\nlogs --since 10m web",
            "the program writes into two pipes, or a pseudo-terminal; its guardian reads them and appends a "
            "JSON line "
            "each to CONTAINER/log, which --log-opt max-size and max-file rotate."});
  const auto options = std::make_shared<LogOptions>();
  command->add_option("CONTAINER", options->name, "Name, id, or the first digits of an id")->required();
  command->add_flag("-f,--follow", options->follow, "Go on until the container ends");
  command->add_option("-n,--tail", options->tail, "Only the last so many lines, or all")
      ->capture_default_str();
  command->add_option("--since", options->since,
                      "From then on: 2026-01-31T10:20:30Z, or 10m for ten minutes ago");
  command->add_option("--until", options->until, "Until then, written the same");
  command->add_flag("-t,--timestamps", options->timestamps, "When each line was written");
  command->callback([options, &context] {
    const engine::LogQuery query = query_of(*options);
    const engine::Registry& registry = context.engine().registry();
    const engine::Container container = registry.get(options->name);
    const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
    engine::read_log(registry, container, query, [&](const engine::LogLine& line) {
      const std::string text = options->timestamps ? line.time + " " + line.text : line.text;
      return sys::write_if_read(line.stream == "stderr" ? 2 : 1, text);
    });
  });
}

}  // namespace cli
