// See boots.h.
#include "bench/cli/boots.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/cli/environment.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/boots.h"
#include "bench/platforms/private_view.h"
#include "bench/report/results.h"

namespace bench {

namespace {

using namespace std::chrono_literals;
constexpr int kInterrupted = 130;

class Boot : public Workload {
 public:
  std::string name() const override { return "boot"; }
  std::vector<Value> measure(Platform& platform) const override {
    const Run run = platform.run({});
    std::vector<Value> values = {{"to_ready", "ns", run.nanoseconds()}};
    for (const auto& [stage, duration] : run.stages)
      values.push_back({"to_" + stage, "ns", static_cast<double>(duration.count())});
    return values;
  }
};

// A first run, which is not measured, fills caches and saves the snapshot.
report::PlatformFacts facts_of(Platform& platform) {
  report::PlatformFacts facts;
  facts.name = platform.name();
  facts.title = platform.title();
  facts.technique = bench::name_of(platform.technique());
  facts.accelerator = platform.accelerator();
  try {
    if (std::string why = platform.prepare(); !why.empty()) facts.unavailable = why;
    if (!facts.unavailable) platform.run({});
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    facts.unavailable = error.what();
  }
  facts.image_what = platform.image_size().what;
  return facts;
}

std::string row(const report::Results& results, const report::PlatformFacts& platform, const char* metric) {
  const auto* series = results.find(platform.name, "boot", "", metric);
  if (series == nullptr) {
    const bool alone = std::string(metric) == "to_finished" && platform.name == "qemu";
    return fmt::format("| {} | {} | | |\n", platform.title,
                       alone ? "nothing to finish" : results.why_missing(platform.name, "boot", ""));
  }
  const auto summary = results.summary(*series);
  std::string line = fmt::format("| {} | {:.0f} ms", platform.title, summary.median / 1e6);
  if (summary.interval)
    line += fmt::format(" ({:.0f} to {:.0f})", summary.interval->low / 1e6, summary.interval->high / 1e6);
  line += fmt::format(" | {} |", summary.samples);
  const auto* floor = results.find("qemu", "boot", "", metric);
  if (floor == nullptr || platform.name == "qemu") return line + " |\n";
  const auto ratio = statistics::ratio_of_medians(series->values, floor->values, results.seed);
  line += fmt::format(" {:.2f}", ratio.value);
  if (ratio.interval) line += fmt::format(" ({:.2f} to {:.2f})", ratio.interval->low, ratio.interval->high);
  return line + " |\n";
}

std::string markdown(const report::Results& results, const BootsOptions& options) {
  std::string text = fmt::format(
      "# A virtual machine to READY, profile {}, under {}\n\nMedians with their 95 % intervals; the three "
      "taken in a random "
      "order. The same kernel, initramfs, board and command line for all; READY is guest-init waiting for "
      "orders.\n",
      options.profile, options.accelerator);
  if (options.accelerator == "tcg")
    text += "The processor is emulated: the times are emulation's, their ratios are not.\n";
  for (const auto& [metric, title] :
       {std::pair("to_ready", "to READY"), std::pair("to_finished", "to a finished true")}) {
    text += fmt::format("\n| | {} | n | times QEMU alone |\n|---|---|---|---|\n", title);
    for (const auto& platform : results.platforms)
      text += row(results, platform, metric);
  }
  text += fmt::format("\n`{}` made this and results.json at {} (commit {}).\n", results.command, results.date,
                      results.commit);
  for (const char* fact : {"cpu", "cores", "kernel"}) {
    const auto found = results.environment.find(fact);
    if (found != results.environment.end()) text += fmt::format("{}: {}. ", fact, found->second);
  }
  return text + "\n";
}

int measure_and_write(const BootsOptions& options, ProgressBar& bar, std::vector<std::string> notes) {
  const Workspace workspace;
  report::Results results = new_results(options.command, options.seed, workspace.path(), std::move(notes));
  const BootedMachine machine{options.profile, options.accelerator};
  std::vector<std::unique_ptr<Platform>> platforms;
  platforms.push_back(std::make_unique<QemuAlone>(workspace, machine));
  for (const char* start : {"cold", "warm"})
    platforms.push_back(std::make_unique<LauncherToReady>(workspace, machine, start));
  for (const auto& platform : platforms)
    results.platforms.push_back(facts_of(*platform));
  const Boot boot;
  std::vector<Case> cases;
  for (const auto& platform : platforms)
    if (!results.platform(platform->name())->unavailable)
      cases.push_back({platform.get(), &boot, options.repetitions});
  add_measured(results, run_cases(cases, options.seed, 1h, [&](int done, int all, const std::string& what) {
                 bar.step(done, all, what);
               }));
  bar.clear();
  sys::mkdir_parents(options.out);
  sys::write_file_atomically(options.out + "/results.json", report::to_json(results).dump(1) + "\n");
  const std::string text = markdown(results, options);
  sys::write_file_atomically(options.out + "/README.md", text);
  sys::write_all(1, text);
  const bool interrupted = !results.notes.empty() && results.notes.back().starts_with("interrupted");
  return interrupted ? kInterrupted : 0;
}

}  // namespace

int compare_boots(const BootsOptions& options) {
  ProgressBar bar;
  return in_private_view([&](const auto& notes) { return measure_and_write(options, bar, notes); });
}

}  // namespace bench
