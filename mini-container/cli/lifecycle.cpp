// What is done to containers that are there: `start`, `stop`, `restart`, `kill`, `pause`, `unpause`, `rename`, `rm`,
// `wait`. See commands.h.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/sys/console.h"
#include "mini-container/cli/commands.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using engine::Container;
using engine::Engine;

void start_all(Context& context, const Named& named) {
  const auto failed = for_each_named(
      context, named, [](Engine& engine, const Container& container) { engine.start(container); });
  if (!failed.empty())
    sys::complain("mini-container", fmt::format("failed to start containers: {}", fmt::join(failed, ", ")));
}

void add_start(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app,
      {"start", "Start containers that were created or have ended", "start web\nstart -ai shell",
       "the same layers are stacked again, so what the container wrote is still there; namespaces, control "
       "groups and processes are new."});
  struct Options {
    bool attach = false;
    bool input = false;
    engine::AttachOptions attachment;
  };
  const auto options = std::make_shared<Options>();
  add_attach_options(*named->command, options->attachment);
  named->command->add_flag("-a,--attach", options->attach,
                           "Show what it writes, pass signals on, end with its exit code");
  named->command->add_flag("-i,--interactive", options->input,
                           "As -a, and it reads the caller's standard input");
  named->command->callback([named, options, &context] {
    if (!options->attach && !options->input) return start_all(context, *named);
    if (named->names.size() > 1)
      throw std::invalid_argument("you cannot start and attach multiple containers at once");
    Engine& engine = context.engine();
    const Container container = engine.registry().get(named->names.front());
    const bool input = options->input && container.settings.open_stdin;
    context.exit_code = engine.start_here(
        container, {input ? STDIN_FILENO : -1, STDOUT_FILENO, STDERR_FILENO}, options->attachment);
  });
}

// How a container is asked to end.
struct Ending {
  int seconds = 10;
  std::string signal;  // empty for the container's own
};

int signal_of(const Ending& ending, const Container& container) {
  const std::string& own = container.settings.stop_signal;
  return engine::parse_signal(!ending.signal.empty() ? ending.signal : own.empty() ? "TERM" : own);
}

std::shared_ptr<Ending> add_ending_options(CLI::App& command) {
  const auto ending = std::make_shared<Ending>();
  command.add_option("-t,--time,--timeout", ending->seconds, "Seconds to wait before SIGKILL")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  command.add_option("-s,--signal", ending->signal,
                     "Signal to begin with, by name or number (default: its --stop-signal, or TERM)");
  return ending;
}

void add_stop(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app, {"stop", "Ask containers to end, then insist", "stop web\nstop -t 1 web db",
            "kill(2) with SIGTERM to the first process, which must have a handler for it, since the first "
            "process of a "
            "pid namespace has no default actions; then SIGKILL, which ends all in the namespace."});
  const auto ending = add_ending_options(*named->command);
  named->command->callback([named, ending, &context] {
    for_each_named(context, *named, [&](Engine& engine, const Container& container) {
      engine.stop(container, signal_of(*ending, container), ending->seconds);
    });
  });
}

void add_restart(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app, {"restart", "Stop containers and start them again", "restart web\nrestart -t 0 web",
            "stop and start: the writable layer stays, everything else of the kernel is new."});
  const auto ending = add_ending_options(*named->command);
  named->command->callback([named, ending, &context] {
    for_each_named(context, *named, [&](Engine& engine, const Container& container) {
      engine.restart(container, signal_of(*ending, container), ending->seconds);
    });
  });
}

void add_kill(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app, {"kill", "Send containers a signal", "kill web\nkill -s HUP web",
            "kill(2) to the first process, whose pid outside is another than the 1 inside."});
  const auto signal = std::make_shared<std::string>("KILL");
  named->command->add_option("-s,--signal", *signal, "Name or number")->capture_default_str();
  named->command->callback([named, signal, &context] {
    const int number = engine::parse_signal(*signal);
    for_each_named(context, *named,
                   [&](Engine& engine, const Container& container) { engine.kill(container, number); });
  });
}

void add_pause(CLI::App& app, Context& context) {
  const auto pause = add_verb_on_containers(
      app, {"pause", "Make all processes of containers stand still", "pause web",
            "the freezer: one write to freezer.state (control groups v1) or cgroup.freeze (v2) takes every "
            "process "
            "of the group off the processors, without a signal that they could notice."});
  pause->command->callback([pause, &context] {
    for_each_named(context, *pause,
                   [](Engine& engine, const Container& container) { engine.pause(container); });
  });
  const auto unpause = add_verb_on_containers(app, {"unpause", "Let the processes of paused containers go on",
                                                    "unpause web", "the freezer, written back."});
  unpause->command->callback([unpause, &context] {
    for_each_named(context, *unpause,
                   [](Engine& engine, const Container& container) { engine.unpause(container); });
  });
}

void add_rename(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"rename", "Give a container another name", "rename web old_web",
       "names are symbolic links to ids; rename(2) moves one in a single step, so a name never means two."});
  struct Options {
    std::string container, name;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->container, "Name, id, or the first digits of an id")->required();
  command->add_option("NAME", options->name, "The new name")->required();
  command->callback([options, &context] {
    engine::check_name(options->name);
    const engine::Registry& registry = context.engine().registry();
    const Container container = registry.get(options->container);
    if (container.name == options->name) {
      throw std::invalid_argument(
          "Renaming a container with the same name as its current name. Next: another name");
    }
    registry.rename(container.id, options->name);
  });
}

// As Docker: what is not there need not be removed by force; it is told, and is no failure.
bool is_missing(const engine::Registry& registry, const std::string& name) {
  try {
    registry.get(name);
    return false;
  } catch (const engine::NoSuchContainer& error) {
    sys::complain("mini-container", error.what());
    return true;
  }
}

void add_remove(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app, {"rm", "Forget containers, with their files and logs", "rm web\nrm -f $(mini-container ps -aq)",
            "the writable layer, the record and the log are removed; image layers and named volumes stay."});
  struct Options {
    bool force = false;
    bool volumes = false;
  };
  const auto options = std::make_shared<Options>();
  named->command->add_flag("-f,--force", options->force,
                           "Kill it first if it runs; no error if there is none");
  named->command->add_flag("-v,--volumes", options->volumes, "Its volumes without a name, too");
  named->command->callback([named, options, &context] {
    std::erase_if(named->names, [&](const std::string& name) {
      return options->force && is_missing(context.engine().registry(), name);
    });
    for_each_named(context, *named, [&](Engine& engine, const Container& container) {
      engine.remove(container, options->force, options->volumes);
    });
  });
}

void add_wait(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app, {"wait", "Wait until containers end, print their exit codes", "wait web\nwait web db",
            "only a parent learns how a process ended; the container's guardian writes it into the lock file "
            "that it "
            "holds, and flock(2) lets those who wait read it."});
  named->command->callback([named, &context] {
    for_each_named(
        context, *named,
        [](Engine& engine, const Container& container) {
          print(fmt::format("{}\n", engine.wait(container)));
        },
        false);
  });
}

}  // namespace

void add_lifecycle(CLI::App& app, Context& context) {
  add_start(app, context);
  add_stop(app, context);
  add_restart(app, context);
  add_kill(app, context);
  add_pause(app, context);
  add_rename(app, context);
  add_remove(app, context);
  add_wait(app, context);
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
    Engine(context.paths()).finish(values->id, values->code, sys::UniqueFd(values->lock));
  });
}

void add_exec_ended(CLI::App& app, Context& context) {
  struct Values {
    std::string id, execution;
    int code = 0;
  };
  const auto values = std::make_shared<Values>();
  CLI::App* command = app.add_subcommand("exec-ended", "What the guardian of an exec becomes at its end");
  command->group("");
  command->add_option("ID", values->id)->required();
  command->add_option("EXECUTION", values->execution)->required();
  command->add_option("CODE", values->code)->required();
  command->callback([values, &context] {
    Engine(context.paths()).exec_ended(values->id, values->execution, values->code);
  });
}

void add_probe(CLI::App& app, Context& context) {
  const auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("probe", "What a guardian starts to ask for its container's health");
  command->group("");
  command->add_option("ID", *id)->required();
  command->callback([id, &context] { context.exit_code = Engine(context.paths()).probe(*id) ? 0 : 1; });
}

}  // namespace cli
