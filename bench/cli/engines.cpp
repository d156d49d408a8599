// `bench engines`. See compare.h.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/sys/file.h"
#include "bench/cli/compare.h"
#include "bench/cli/crowd.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/direct.h"
#include "bench/platforms/engines.h"
#include "bench/platforms/floor.h"
#include "bench/platforms/image_registry.h"
#include "bench/platforms/private_view.h"
#include "bench/report/print.h"
#include "bench/workloads/engines.h"
#include "bench/workloads/runtimes.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

using Platforms = std::vector<std::unique_ptr<Platform>>;

constexpr auto kBudget = 3600s;
// One value of these is many starts, so fewer say as much.
constexpr int kShareOfThroughput = 10;
constexpr int kShareOfCrowd = 2;
constexpr int kShareOfImages = 10;
// Five layers of 60 MB and 200,000 files; of 2 MB and 2,000 for a quick run.
constexpr SampleSize kSample = {229, 200000}, kQuickSample = {8, 2000};
constexpr const char* kSampleName = "layers:1";

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
  Comparison(const EnginesOptions& options, std::vector<std::string> notes)
      : options_(options),
        engines_(engines(workspace_)),
        full_(runtimes(workspace_, BundleKind::full)),
        limited_(runtimes(workspace_, BundleKind::limited)),
        plain_(runtimes(workspace_, BundleKind::plain)) {
    plain_.push_back(std::make_unique<Bubblewrap>(workspace_));
    notes.push_back(workspace_.disk());
    results_ = new_results(options.command, options.seed, workspace_.path(), std::move(notes));
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

  void measure_life() {
    const Life life;
    std::vector<Case> cases;
    add(cases, engines_, {&life}, options_.repetitions);
    measure("run -d, exec, stop, rm", cases);
  }

  void measure_list() {
    const List list(options_.quick ? 10 : 200);
    std::vector<std::unique_ptr<EngineCrowd>> crowds;
    std::vector<Case> cases;
    add(cases, engines_, {&list}, std::max(3, options_.repetitions / kShareOfCrowd));
    for (const Case& one : cases) {
      bar_.stage(fmt::format("{}: {}", one.platform->name(), list.mode()));
      crowds.push_back(std::make_unique<EngineCrowd>(engine_of(*one.platform)));
      crowds.back()->grow_to(list.running(),
                             [&](int there) { bar_.step(there, list.running(), "container"); });
    }
    measure("ps with " + list.mode(), cases);
  }

  void measure_images() {
    if (none_usable(engines_)) return;
    bar_.stage("an image of five layers, and a tar of many files");
    const SampleImage image(workspace_, options_.quick ? kQuickSample : kSample,
                            ImageRegistry::reference(kSampleName));
    const auto registries = serve(image);
    const Pull pull(image.reference());
    const Archive archive(image, workspace_.folder("saved"));
    const Commit commit(options_.quick ? 10 : 100);
    const Import import(image);
    // The fewest that show that each fetches and unpacks again.
    const int repetitions = std::max(options_.quick ? 2 : 3, options_.repetitions / kShareOfImages);
    std::vector<Case> cases;
    add(cases, engines_, {&archive, &commit, &import}, repetitions);
    if (!registries.empty()) add(cases, engines_, {&pull}, repetitions);
    measure("pull, load, save, commit, import", cases);
  }

  // A signal while a part is prepared ends the run as one while it is measured does: with what there is.
  void measure_unless_interrupted(void (Comparison::*part)()) {
    if (interrupted_) return;
    try {
      (this->*part)();
    } catch (const Interrupted&) {
      interrupted_ = true;
      results_.notes.emplace_back(kInterruptedNote);
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
  bool none_usable(const Platforms& platforms) const {
    return std::all_of(platforms.begin(), platforms.end(), [&](const auto& platform) {
      return results_.platform(platform->name())->unavailable.has_value();
    });
  }

  // A registry with the image in every network namespace that an engine pulls from; none where the host lacks one.
  std::vector<std::unique_ptr<ImageRegistry>> serve(const SampleImage& image) {
    if (const std::string reason = ImageRegistry::why_unusable(); !reason.empty()) {
      results_.notes.push_back("pull is not measured: " + reason);
      return {};
    }
    std::vector<std::unique_ptr<ImageRegistry>> registries;
    registries.push_back(std::make_unique<ImageRegistry>(workspace_));
    registries.back()->push(image.archive(), image.reference());
    for (const auto& platform : engines_) {
      if (results_.platform(platform->name())->unavailable) continue;
      const std::string apart = engine_of(*platform).network_namespace();
      if (apart.empty()) continue;
      registries.push_back(std::make_unique<ImageRegistry>(workspace_, apart));
      results_.notes.push_back(fmt::format(
          "{} has a network namespace of its own, and a second registry process in it, on the same files",
          platform->name()));
    }
    return registries;
  }

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
    Measured measured = run_cases(cases, options_.seed, kBudget,
                                  [&](int done, int all, const auto& label) { bar_.step(done, all, label); });
    interrupted_ = measured.interrupted;
    add_measured(results_, std::move(measured));
  }

  const EnginesOptions& options_;
  ProgressBar bar_;
  Workspace workspace_{Workspace::Disk::own};
  Platforms engines_, full_, limited_, plain_;
  report::Results results_;
  bool interrupted_ = false;
};

int measure_and_write(const EnginesOptions& options, const std::vector<std::string>& notes) {
  Comparison comparison(options, notes);
  const std::vector<std::pair<std::string, void (Comparison::*)()>> parts = {
      {"starts", &Comparison::measure_starts},
      {"verbs", &Comparison::measure_verbs},
      {"throughput", &Comparison::measure_throughput},
      {"crowd", &Comparison::measure_in_a_crowd},
      {"life", &Comparison::measure_life},
      {"list", &Comparison::measure_list},
      {"images", &Comparison::measure_images}};
  for (const auto& [name, measure] : parts) {
    const bool wanted = options.parts.empty() ||
                        std::find(options.parts.begin(), options.parts.end(), name) != options.parts.end();
    if (wanted) comparison.measure_unless_interrupted(measure);
  }
  return comparison.write();
}

}  // namespace

int compare_engines(const EnginesOptions& options) {
  return in_private_view([&](const auto& notes) { return measure_and_write(options, notes); });
}

}  // namespace bench
