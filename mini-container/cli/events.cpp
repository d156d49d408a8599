// `events`: what happened, and what happens while one looks. See commands.h.
#include "mini-container/engine/events.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/event_filter.h"
#include "mini-container/cli/template.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using engine::Event;

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

// Nanoseconds since 1970 of a moment as it is typed.
std::int64_t moment(const std::string& text) {
  const std::string time = engine::parse_moment(text, static_cast<double>(now()) / kSecond);
  return engine::nanoseconds_of(time);
}

// "2026-01-31T10:20:30.123456789+01:00 container start ID (image=busybox, name=web)"
std::string line_of(const Event& event) {
  std::vector<std::string> attributes;
  for (const auto& [key, value] : event.attributes)
    attributes.push_back(fmt::format("{}={}", key, value));
  const std::tm local = fmt::localtime(static_cast<std::time_t>(event.nanoseconds / kSecond));
  std::string zone = fmt::format("{:%z}", local);
  constexpr std::size_t kHours = 3;
  zone = zone == "+0000" ? "Z" : zone.insert(kHours, ":");
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}{} {} {} {} ({})", local, event.nanoseconds % kSecond, zone,
                     event.type, event.action, event.id, fmt::join(attributes, ", "));
}

std::string text_of(const Event& event, const std::string& format) {
  if (format.empty()) return line_of(event);
  const std::string json = to_json(event);
  if (format == "json") return json;
  // In a template the fields are called as in Docker's program, in JSON as in its API.
  Json value = Json::parse(json);
  for (const auto& [field, member] :
       {std::pair{"Status", "status"}, std::pair{"ID", "id"}, std::pair{"From", "from"},
        std::pair{"Scope", "scope"}, std::pair{"Time", "time"}, std::pair{"TimeNano", "timeNano"}}) {
    value[field] = value.contains(member) ? value[member] : Json("");
  }
  return render(format, value);
}

}  // namespace

void add_events(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"events", "What happens to containers, images and volumes, as it happens",
            "events\nevents --since 10m --until 0s\nevents --filter type=container --filter event=die\n"
            "events --format '{{.Time}} {{.Action}} {{.Actor.Attributes.name}}'",
            "every command appends a line to the journal RUN/events (O_APPEND keeps lines whole); inotify(7) "
            "wakes "
            "those who follow it."});
  struct Options {
    std::string since, until, format;
    std::vector<std::string> filters;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("--since", options->since,
                      "Also what was before, from then on: 10m, or 2026-01-31T10:20:30Z");
  command->add_option("--until", options->until, "End then, written the same");
  command
      ->add_option("-f,--filter", options->filters,
                   "KEY=VALUE: container, event, image, label, network, scope, type, volume")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "json, or a template such as '{{.Action}}'");
  command->callback([options, &context] {
    const EventFilter filter(options->filters);
    const std::int64_t since = options->since.empty() ? now() : moment(options->since);
    const auto until = options->until.empty() ? std::nullopt : std::optional(moment(options->until));
    const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
    context.engine().registry().journal().read(since, until, [&](const Event& event) {
      return !filter.fits(event) || sys::write_if_read(1, text_of(event, options->format) + "\n");
    });
  });
}

}  // namespace cli
