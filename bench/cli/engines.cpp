// See compare.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "bench/cli/compare.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/direct.h"
#include "bench/platforms/engines.h"
#include "bench/platforms/private_view.h"
#include "bench/report/print.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

// What a user types first: `run --rm busybox echo ok`, from the request to the end of the command.
class Echo : public Workload {
 public:
  explicit Echo(Pace pace) : pace_(pace) {}
  std::string name() const override { return "echo"; }
  std::string mode() const override { return pace_ == Pace::paced ? "paced" : "back-to-back"; }
  std::vector<Value> measure(Platform& platform) const override {
    const Arguments program = {"echo", "ok"};
    if (pace_ == Pace::paced) {
      pause_for(150ms);
    } else {
      platform.run(program);
    }
    const Run run = platform.run(program);
    if (run.status != 0 || run.output != "ok\n") {
      throw std::runtime_error(fmt::format("status {}, output '{}': {}", run.status, run.output, run.errors));
    }
    return {{"to_exit", "ns",
             static_cast<double>(std::chrono::duration_cast<Nanoseconds>(run.exit - run.request).count())}};
  }

 private:
  Pace pace_;
};

std::vector<std::unique_ptr<Platform>> contenders(const Workspace& workspace) {
  std::vector<std::unique_ptr<Platform>> all;
  all.push_back(std::make_unique<MiniContainer>(workspace));
  all.push_back(std::make_unique<Docker>(workspace));
  all.push_back(std::make_unique<Podman>(workspace));
  for (const BundleKind kind : {BundleKind::full, BundleKind::plain}) {
    all.push_back(std::make_unique<MiniRuntime>(workspace, kind));
    all.push_back(std::make_unique<Crun>(workspace, kind));
    all.push_back(std::make_unique<Runc>(workspace, kind));
  }
  all.push_back(std::make_unique<Bubblewrap>(workspace));
  return all;
}

}  // namespace

int compare_engines(const EnginesOptions& options) {
  ProgressBar bar;
  auto notes = enter_private_view();
  const Workspace workspace;
  report::Results results = new_results(options.command, options.seed, workspace.path(), std::move(notes));
  const auto platforms = contenders(workspace);
  results.platforms =
      prepare_platforms(platforms, options.platforms, [&](const std::string& text) { bar.stage(text); });
  const Echo back_to_back(Pace::back_to_back);
  const Echo paced(Pace::paced);
  std::vector<Case> cases;
  for (const auto& platform : platforms) {
    if (results.platform(platform->name())->unavailable) continue;
    cases.push_back({platform.get(), &back_to_back, options.repetitions});
    cases.push_back({platform.get(), &paced, options.repetitions});
  }
  bar.stage("measuring, in a random order");
  Measured measured =
      run_cases(cases, 900s, [&](int done, int all, const std::string& what) { bar.step(done, all, what); });
  bar.clear();
  const bool interrupted = measured.interrupted;
  add_measured(results, std::move(measured));
  sys::mkdir_parents(options.out);
  sys::write_file_atomically(options.out + "/results.json", report::to_json(results).dump(1) + "\n");
  const std::string markdown = report::engines_markdown(results);
  sys::write_file_atomically(options.out + "/README.md", markdown);
  sys::write_all(1, markdown);
  return interrupted ? 130 : 0;
}

}  // namespace bench
