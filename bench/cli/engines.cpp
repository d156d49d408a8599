// `bench engines`. See compare.h.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "base/sys/file.h"
#include "bench/cli/compare.h"
#include "bench/cli/crowd.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/direct.h"
#include "bench/platforms/engines.h"
#include "bench/platforms/floor.h"
#include "bench/platforms/private_view.h"
#include "bench/report/print.h"
#include "bench/workloads/runtimes.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

using Platforms = std::vector<std::unique_ptr<Platform>>;

constexpr auto kBudget = 3600s;
// One value of these is many starts, so fewer say as much.
constexpr int kShareOfThroughput = 10;
constexpr int kShareOfCrowd = 2;

Platforms engines(const Workspace& workspace) {
  Platforms all;
  all.push_back(std::make_unique<MiniContainer>(workspace));
  all.push_back(std::make_unique<Docker>(workspace));
  all.push_back(std::make_unique<Podman>(workspace));
  return all;
}

Platforms runtimes(const Workspace& workspace, BundleKind kind) {
  Platforms all;
  all.push_back(std::make_unique<Floor>(workspace, kind));
  all.push_back(std::make_unique<MiniRuntime>(workspace, kind));
  all.push_back(std::make_unique<Crun>(workspace, kind));
  all.push_back(std::make_unique<Runc>(workspace, kind));
  return all;
}

// One run of the command: what it measures, and what is measured already.
class Comparison {
 public:
  explicit Comparison(const EnginesOptions& options)
      : options_(options),
        notes_(enter_private_view()),
        engines_(engines(workspace_)),
        full_(runtimes(workspace_, BundleKind::full)),
        limited_(runtimes(workspace_, BundleKind::limited)),
        plain_(runtimes(workspace_, BundleKind::plain)) {
    plain_.push_back(std::make_unique<Bubblewrap>(workspace_));
    results_ = new_results(options.command, options.seed, workspace_.path(), std::move(notes_));
    for (const Platforms* some : {&engines_, &full_, &limited_, &plain_}) {
      auto facts = prepare_platforms(*some, options.platforms, [&](const auto& text) { bar_.stage(text); });
      std::move(facts.begin(), facts.end(), std::back_inserter(results_.platforms));
    }
  }

  void measure_starts() {
    const Ends echo("echo", {"echo", "ok"}, "ok\n", Pace::back_to_back);
    const Ends paced_echo("echo", {"echo", "ok"}, "ok\n", Pace::paced);
    const Ends nothing("nothing", {"nothing"}, "", Pace::back_to_back);
    const Ends paced_nothing("nothing", {"nothing"}, "", Pace::paced);
    std::vector<Case> cases;
    add(cases, engines_, {&echo, &paced_echo}, options_.repetitions);
    add(cases, full_, {&nothing, &paced_nothing}, options_.repetitions);
    add(cases, limited_, {&nothing, &paced_nothing}, options_.repetitions);
    add(cases, plain_, {&nothing, &paced_nothing}, options_.repetitions);
    measure("starts", cases);
  }

  void measure_verbs() {
    const Exec exec(Pace::back_to_back);
    const Exec paced_exec(Pace::paced);
    const Verbs verbs(workspace_.folder("pids"));
    std::vector<Case> cases;
    add(cases, full_, {&exec, &paced_exec, &verbs}, options_.repetitions);
    // The floor has no verbs.
    std::erase_if(cases, [](const Case& one) { return one.platform->name() == "floor"; });
    measure("exec, create, start, delete", cases);
  }

  void measure_throughput() {
    const Throughput two(2), eight(8), thirty_two(32);
    std::vector<Case> cases;
    add(cases, full_, {&two, &eight, &thirty_two}, std::max(3, options_.repetitions / kShareOfThroughput));
    measure("starts at the same time", cases);
  }

  void measure_in_a_crowd() {
    Crowd crowd(workspace_);
    for (const int size : options_.quick ? std::vector{10} : std::vector{10, 100, 500}) {
      if (results_.platform("mini-runtime-plain")->unavailable) return;
      bar_.stage(fmt::format("a crowd of {} containers", size));
      crowd.grow_to(size, [&](int there) { bar_.step(there, size, "container"); });
      const Ends nothing("nothing", {"nothing"}, "", Pace::back_to_back, fmt::format("{} running", size));
      std::vector<Case> cases;
      add(cases, full_, {&nothing}, std::max(3, options_.repetitions / kShareOfCrowd));
      measure(fmt::format("starts with {} containers running", size), cases);
    }
  }

  // Returns the exit status.
  int write() {
    bar_.clear();
    sys::mkdir_parents(options_.out);
    sys::write_file_atomically(options_.out + "/results.json", report::to_json(results_).dump(1) + "\n");
    const std::string markdown = report::engines_markdown(results_);
    sys::write_file_atomically(options_.out + "/README.md", markdown);
    sys::write_all(1, markdown);
    return interrupted_ ? 130 : 0;
  }

 private:
  void add(std::vector<Case>& cases, const Platforms& platforms,
           const std::vector<const Workload*>& workloads, int repetitions) const {
    for (const auto& platform : platforms) {
      if (results_.platform(platform->name())->unavailable) continue;
      for (const Workload* workload : workloads)
        cases.push_back({platform.get(), workload, repetitions});
    }
  }

  void measure(const std::string& what, const std::vector<Case>& cases) {
    if (interrupted_) return;
    bar_.stage("measuring, in a random order: " + what);
    Measured measured =
        run_cases(cases, kBudget, [&](int done, int all, const auto& label) { bar_.step(done, all, label); });
    interrupted_ = measured.interrupted;
    // Parts follow each other; within a part the order is random.
    for (Series& series : measured.series) {
      for (int& place : series.order)
        place += measured_;
    }
    measured_ += std::accumulate(cases.begin(), cases.end(), 0,
                                 [](int sum, const Case& one) { return sum + one.repetitions; });
    add_measured(results_, std::move(measured));
  }

  const EnginesOptions& options_;
  ProgressBar bar_;
  std::vector<std::string> notes_;
  Workspace workspace_;
  Platforms engines_, full_, limited_, plain_;
  report::Results results_;
  int measured_ = 0;
  bool interrupted_ = false;
};

}  // namespace

int compare_engines(const EnginesOptions& options) {
  Comparison comparison(options);
  const auto wanted = [&](const std::string& part) {
    return options.parts.empty() ||
           std::find(options.parts.begin(), options.parts.end(), part) != options.parts.end();
  };
  if (wanted("starts")) comparison.measure_starts();
  if (wanted("verbs")) comparison.measure_verbs();
  if (wanted("throughput")) comparison.measure_throughput();
  if (wanted("crowd")) comparison.measure_in_a_crowd();
  return comparison.write();
}

}  // namespace bench
