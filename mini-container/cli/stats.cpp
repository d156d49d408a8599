// `stats` and `update`: what containers use, and how much they may. See commands.h.
#include <fmt/format.h>

#include <chrono>
#include <map>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/cgroups.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using engine::Container;
using Clock = std::chrono::steady_clock;

struct StatsOptions {
  std::vector<std::string> names;
  std::string format;
  bool all = false;
  bool once = false;
  bool whole = false;
};

struct Sample {
  Clock::time_point time;
  engine::Usage usage;
};

Sample sample_of(const engine::Registry& registry, const Container& container) {
  return {Clock::now(), engine::usage_of(engine::cgroup_path(registry.paths(), container.id))};
}

// Memory is shown in powers of 1024, as Docker does: "1.5MiB".
std::string binary_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit)
    value /= 1024;
  return fmt::format("{:.4g}{}", value, kUnits.at(unit));
}

Json row_of(const Container& container, const Sample& before, const Sample& now, bool whole) {
  const std::chrono::duration<double, std::nano> passed = now.time - before.time;
  const double processor =
      100 * static_cast<double>(now.usage.cpu_nanoseconds - before.usage.cpu_nanoseconds) / passed.count();
  const double memory =
      100 * static_cast<double>(now.usage.memory) / static_cast<double>(now.usage.memory_limit);
  const auto traffic = container.running() && container.settings.network != "host"
                           ? engine::traffic_of(static_cast<pid_t>(container.pid))
                           : engine::Traffic{};
  return {{"BlockIO", text::size_text(now.usage.read) + " / " + text::size_text(now.usage.written)},
          {"CPUPerc", fmt::format("{:.2f}%", processor)},
          {"Container", container.name},
          {"ID", whole ? container.id : engine::short_id(container.id)},
          {"MemPerc", fmt::format("{:.2f}%", memory)},
          {"MemUsage", binary_text(now.usage.memory) + " / " + binary_text(now.usage.memory_limit)},
          {"Name", container.name},
          {"NetIO", text::size_text(traffic.received) + " / " + text::size_text(traffic.sent)},
          {"PIDs", std::to_string(now.usage.processes)}};
}

std::vector<Container> chosen(const engine::Registry& registry, const StatsOptions& options) {
  std::vector<Container> containers;
  for (const std::string& name : options.names)
    containers.push_back(registry.get(name));
  if (!options.names.empty()) return containers;
  for (Container& container : registry.list())
    if (options.all || container.running()) containers.push_back(std::move(container));
  return containers;
}

void show_stats(engine::Engine& engine, const StatsOptions& options) {
  constexpr int kMilliseconds = 500;
  const engine::Registry& registry = engine.registry();
  std::map<std::string, Sample> before;
  for (const Container& container : chosen(registry, options))
    before[container.id] = sample_of(registry, container);
  for (bool more = true; more; more = !options.once) {
    sys::poll({}, kMilliseconds);
    Listing listing = {{{"ID", "CONTAINER ID"},
                        {"Name", "NAME"},
                        {"CPUPerc", "CPU %"},
                        {"MemUsage", "MEM USAGE / LIMIT"},
                        {"MemPerc", "MEM %"},
                        {"NetIO", "NET I/O"},
                        {"BlockIO", "BLOCK I/O"},
                        {"PIDs", "PIDS"},
                        {"Container", "CONTAINER"}},
                       {"ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"},
                       {}};
    for (const Container& container : chosen(registry, options)) {
      const Sample now = sample_of(registry, container);
      const auto known = before.find(container.id);
      listing.rows.push_back(
          row_of(container, known == before.end() ? Sample{} : known->second, now, options.whole));
      before[container.id] = now;
    }
    // ESC [H and [J: from the top of the screen, and nothing below.
    const char* clear = options.once ? "" : "\033[H\033[J";
    print(clear + listing_text(listing, options.format));
  }
}

}  // namespace

void add_stats(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"stats", "What containers use now: processors, memory, network, disks",
       "stats\nstats --no-stream --format '{{.Name}} {{.MemUsage}}' web",
       "counters of the control group (cpuacct.usage or cpu.stat, memory.usage_in_bytes or memory.current, "
       "pids.current, blkio or io.stat) and of the network namespace (/proc/PID/net/dev)."});
  const auto options = std::make_shared<StatsOptions>();
  command->add_option("CONTAINER", options->names, "Default: all that run");
  command->add_flag("-a,--all", options->all, "Those that do not run, too");
  command->add_flag("--no-stream", options->once, "Once, instead of twice a second until Ctrl-C");
  command->add_flag("--no-trunc", options->whole, "Whole ids");
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] { show_stats(context.engine(), *options); });
}

void add_update(CLI::App& app, Context& context) {
  const auto named = add_verb_on_containers(
      app,
      {"update", "Change the limits of containers, also while they run",
       "update --memory 128m --cpus 0.5 web\nupdate --restart on-failure:3 web",
       "the OCI runtime's update: new numbers in the files of the control group, which hold from the next "
       "allocation, fork or scheduling on."});
  struct Options {
    std::uint64_t shares = 0;
    std::int64_t pids = 0;
    std::string cpus, cpuset, memory, swap, restart;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = *named->command;
  command.add_option("-c,--cpu-shares", options->shares, "Weight when processors are short");
  command.add_option("--cpus", options->cpus, "At most so many processors: 0.5, 2");
  command.add_option("--cpuset-cpus", options->cpuset, "Run on these processors only: 0, 0-2, 1,3");
  command.add_option("-m,--memory", options->memory, "At most so much memory: 64m, 1g");
  command.add_option("--memory-swap", options->swap, "At most so much memory and swap together; -1 for any");
  command.add_option("--pids-limit", options->pids, "At most so many processes; -1 for any");
  command.add_option("--restart", options->restart, "no, on-failure[:MAX], always, unless-stopped");
  command.callback([named, options, &command, &context] {
    const auto flags = command.get_options(
        [](const CLI::Option* one) { return one->count() > 0 && !one->get_positional(); });
    if (flags.empty())
      throw std::invalid_argument("you must provide one or more flags when using this command");
    const auto change = [options](engine::Settings& settings) {
      if (options->shares != 0) settings.cpu_shares = options->shares;
      if (options->pids != 0) settings.pids_limit = options->pids;
      if (!options->cpus.empty()) {
        settings.cpu_quota = engine::parse_cpus(options->cpus);
        settings.cpu_period = 0;
      }
      if (!options->cpuset.empty()) settings.cpuset = options->cpuset;
      if (!options->memory.empty()) settings.memory = engine::parse_bytes(options->memory);
      if (!options->swap.empty()) settings.memory_swap = engine::parse_swap(options->swap);
      if (!options->restart.empty()) settings.restart = engine::parse_restart(options->restart);
      engine::check_settings(settings);
    };
    for_each_named(context, *named, [&](engine::Engine& engine, const Container& container) {
      engine.update(container, change);
    });
  });
}

}  // namespace cli
