// `start`, `stop`, `kill`, `rm`, `wait`, and the monitor's `finish`. See commands.h.
#include <fmt/format.h>

#include <functional>

#include "base/sys/console.h"
#include "mini-container/cli/commands.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using engine::Container;
using engine::Engine;

// Runs `act` for each container named, prints the names of those that went well, and goes on after a failure:
// `rm a b c` removes c even if there is no b.
void for_each(Context& context, const std::vector<std::string>& names,
              const std::function<void(Engine&, const Container&)>& act, bool echo = true) {
  Engine& engine = context.engine();
  for (const std::string& name : names) {
    try {
      act(engine, engine.registry().get(name));
      if (echo) print(name + "\n");
    } catch (const std::exception& error) {
      sys::complain("mini-container", error.what());
      context.exit_code = 1;
    }
  }
}

struct Names {
  std::vector<std::string> names;
  CLI::App* command;
};

std::shared_ptr<Names> add_verb(CLI::App& app, const char* name, const char* help, const char* examples) {
  auto verb = std::make_shared<Names>();
  verb->command = app.add_subcommand(name, help);
  verb->command->footer(std::string("\nExamples:\n") + examples);
  verb->command->add_option("CONTAINER", verb->names, "Name, id, or the first digits of an id")->required();
  return verb;
}

void add_stop(CLI::App& app, Context& context) {
  const auto verb = add_verb(app, "stop", "Ask containers to end, then insist",
                             "  mini-container stop web\n  mini-container stop -t 1 web db\n");
  const auto seconds = std::make_shared<int>(10);
  verb->command->add_option("-t,--time", *seconds, "Seconds between SIGTERM and SIGKILL")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  verb->command->callback([verb, seconds, &context] {
    for_each(context, verb->names,
             [&](Engine& engine, const Container& container) { engine.stop(container, *seconds); });
  });
}

void add_kill(CLI::App& app, Context& context) {
  const auto verb = add_verb(app, "kill", "Send containers a signal",
                             "  mini-container kill web\n  mini-container kill -s HUP web\n");
  const auto signal = std::make_shared<std::string>("KILL");
  verb->command->add_option("-s,--signal", *signal, "Name or number")->capture_default_str();
  verb->command->callback([verb, signal, &context] {
    const int number = engine::parse_signal(*signal);
    for_each(context, verb->names, [&](Engine& engine, const Container& container) {
      if (!engine.kill(container, number)) {
        throw std::runtime_error(fmt::format("container {} is not running", container.name));
      }
    });
  });
}

void add_remove(CLI::App& app, Context& context) {
  const auto verb = add_verb(app, "rm", "Forget containers, with their files and logs",
                             "  mini-container rm web\n  mini-container rm -f $(mini-container ps -aq)\n");
  const auto force = std::make_shared<bool>(false);
  verb->command->add_flag("-f,--force", *force, "Kill it first if it runs");
  verb->command->callback([verb, force, &context] {
    for_each(context, verb->names,
             [&](Engine& engine, const Container& container) { engine.remove(container, *force); });
  });
}

void add_finish(CLI::App& app, Context& context) {
  struct Values {
    std::string id;
    int code = 0;
    int lock = -1;
  };
  const auto values = std::make_shared<Values>();
  CLI::App* command = app.add_subcommand("finish", "What a container-monitor becomes at its container's end");
  command->group("");
  command->add_option("ID", values->id)->required();
  command->add_option("CODE", values->code)->required();
  command->add_option("--lock", values->lock)->required();
  command->callback([values, &context] {
    // Not through context.engine(): its repairs are not the monitor's business.
    const sys::UniqueFd lock(values->lock);
    Engine(context.paths()).finish(values->id, values->code, lock.get());
  });
}

}  // namespace

void add_lifecycle(CLI::App& app, Context& context) {
  const auto start = add_verb(app, "start", "Start ended containers again, in the background",
                              "  mini-container start web\n");
  start->command->callback([start, &context] {
    for_each(context, start->names,
             [](Engine& engine, const Container& container) { engine.start(container); });
  });
  add_stop(app, context);
  add_kill(app, context);
  add_remove(app, context);
  const auto wait = add_verb(app, "wait", "Wait until containers end, print their exit codes",
                             "  mini-container wait web\n");
  wait->command->callback([wait, &context] {
    for_each(
        context, wait->names,
        [](Engine& engine, const Container& container) {
          print(fmt::format("{}\n", engine.wait(container)));
        },
        false);
  });
  add_finish(app, context);
}

}  // namespace cli
