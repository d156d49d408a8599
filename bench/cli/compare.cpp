// See compare.h.
#include "bench/cli/compare.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/discovery.h"
#include "bench/platforms/private_view.h"
#include "bench/platforms/timed_run.h"
#include "bench/report/print.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

// The whole, with what comes before and after, ends within five minutes.
constexpr auto kBudget = 250s;
constexpr auto kQuickBudget = 125s;
constexpr int kInterrupted = 130;

std::vector<Case> cases_of(const std::vector<std::unique_ptr<Platform>>& platforms,
                           const report::Results& results, const Workloads& workloads, bool quick) {
  std::vector<Case> cases;
  for (const auto& platform : platforms) {
    if (results.platform(platform->name())->unavailable) continue;
    for (const auto& workload : workloads.all)
      if (platform->measured_by(workload->name()))
        cases.push_back({platform.get(), workload.get(), repetitions(*platform, *workload, quick)});
  }
  return cases;
}

// The guest kernel is downloaded at its first use, and KVM is tried once: not something to measure.
void prepare_vm_launcher(ProgressBar& bar) {
  const std::string program = sibling_program("vm-launcher");
  if (!sys::exists(program)) return;
  bar.stage("vm-launcher doctor: the guest kernel and the verdict on KVM, if they are not known yet");
  const Run run = timed_run({program, "doctor"}, 180s);
  // What it could not do, each VM's row will say with its own reason.
  if (run.status != 0) bar.stage(run.errors);
}

report::Results measure(const CompareOptions& options, ProgressBar& bar, std::vector<std::string> notes) {
  if (options.quick) notes.emplace_back("a quick run: fewer repetitions, wider intervals");
  const Workspace workspace;
  report::Results results = new_results(options.command, options.seed, workspace.path(), std::move(notes));
  const auto platforms = all_platforms(workspace);
  const auto stage = [&](const std::string& text) { bar.stage(text); };
  results.platforms = prepare_platforms(platforms, options.platforms, stage);
  const Workloads workloads = all_workloads();
  bar.stage("measuring, in a random order");
  add_measured(results,
               run_cases(cases_of(platforms, results, workloads, options.quick),
                         options.quick ? kQuickBudget : kBudget,
                         [&](int done, int all, const std::string& what) { bar.step(done, all, what); }));
  bar.clear();
  return results;
}

int measure_and_write(const CompareOptions& options, ProgressBar& bar,
                      const std::vector<std::string>& notes) {
  const report::Results results = measure(options, bar, notes);
  sys::mkdir_parents(options.out);
  const std::string json = report::to_json(results).dump(1) + "\n";
  sys::write_file_atomically(options.out + "/results.json", json);
  sys::write_file_atomically(options.out + "/report.md", report::markdown(results));
  sys::write_file_atomically(options.out + "/report.html", report::html(results));
  sys::write_all(1, options.format == "json" ? json : report::text(results));
  bar.stage(fmt::format("wrote results.json, report.md and report.html to {}", options.out));
  const bool interrupted = !results.notes.empty() && results.notes.back().starts_with("interrupted");
  return interrupted ? kInterrupted : 0;
}

}  // namespace

int compare(const CompareOptions& options) {
  ProgressBar bar;
  // ORDER: before the private view, whose network reaches nothing.
  prepare_vm_launcher(bar);
  return in_private_view([&](const auto& notes) { return measure_and_write(options, bar, notes); });
}

}  // namespace bench
