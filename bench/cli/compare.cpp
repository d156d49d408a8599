// See compare.h.
#include "bench/cli/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "bench/cli/parts.h"
#include "bench/cli/plan.h"
#include "bench/cli/progress.h"
#include "bench/platforms/discovery.h"
#include "bench/platforms/private_view.h"
#include "bench/platforms/timed_run.h"
#include "bench/report/print.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr int kInterrupted = 130;

// The guest kernel is downloaded at its first use, and KVM is tried once: not something to measure.
void prepare_vm_launcher(ProgressBar& bar) {
  const std::string program = sibling_program("vm-launcher");
  if (!sys::exists(program)) return;
  bar.stage("vm-launcher doctor: the guest kernel and the verdict on KVM, if they are not known yet");
  const Run run = timed_run({program, "doctor"}, 180s);
  // What it could not do, each VM's row will say with its own reason.
  if (run.status != 0) bar.stage(run.errors);
}

// How many values a case has already, of the run that is resumed.
int done_before(const report::Results& results, const Platform& platform, const Workload& workload) {
  std::size_t most = 0;
  for (const report::Series& one : results.series) {
    if (one.platform == platform.name() && one.workload == workload.name() && one.mode == workload.mode())
      most = std::max(most, one.values.size());
  }
  return static_cast<int>(most);
}

class Session {
 public:
  Session(const CompareOptions& options, ProgressBar& bar, std::vector<std::string> notes)
      : options_(options), bar_(bar), platforms_(all_platforms(workspace_)) {
    if (options.quick) notes.emplace_back("a quick run: fewer repetitions, wider intervals");
    results_ = new_results(options.command, options.seed, workspace_.path(), std::move(notes));
    if (options.resume) take_up();
    results_.platforms =
        prepare_platforms(platforms_, options.platforms, [&](const std::string& text) { bar_.stage(text); });
  }

  void measure(const Part& part) {
    if (interrupted_) return;
    bar_.stage(fmt::format("measuring, in a random order: {}", part.what));
    const auto step = [&](int done, int all, const std::string& what) { bar_.step(done, all, what); };
    Measured measured = run_cases(cases_of(part), options_.seed, options_.budget, step);
    interrupted_ = measured.interrupted;
    add_measured(results_, std::move(measured));
    bar_.clear();
    // WHY after each part: what is measured is then safe from whatever ends this program.
    write_results();
  }

  // Returns the exit status.
  int write_reports() {
    write_results();
    sys::write_file_atomically(options_.out + "/report.md", report::markdown(results_));
    sys::write_file_atomically(options_.out + "/report.html", report::html(results_));
    sys::write_file_atomically(options_.out + "/samples.csv", report::csv(results_));
    sys::write_all(1, options_.format == "json" ? sys::read_file(options_.out + "/results.json")
                                                : report::text(results_));
    bar_.stage(fmt::format("wrote results.json, report.md, report.html and samples.csv to {}", options_.out));
    return interrupted_ ? kInterrupted : 0;
  }

 private:
  // ORDER: before anything is measured. What failed before is tried again.
  void take_up() {
    const std::string file = options_.out + "/results.json";
    if (!sys::exists(file)) throw std::runtime_error(file + " is not there: nothing to resume");
    report::Results before = report::read_results(file);
    if (before.environment_of("host") != results_.environment_of("host") ||
        before.environment_of("kernel") != results_.environment_of("kernel"))
      throw std::runtime_error(file +
                               " was measured on another host or kernel; start anew with another --out");
    results_.series = std::move(before.series);
    results_.notes.push_back(fmt::format("resumed: begun {}, gone on with {}", before.date, results_.date));
    results_.date = before.date;
  }

  std::vector<Case> cases_of(const Part& part) const {
    std::vector<Case> cases;
    for (const auto& platform : platforms_) {
      if (results_.platform(platform->name())->unavailable) continue;
      for (const auto& workload : part.workloads) {
        if (!platform->measured_by(workload->name())) continue;
        const int wanted = repetitions(*platform, *workload, options_.quick) * (options_.full ? 2 : 1);
        cases.push_back(
            {platform.get(), workload.get(), wanted - done_before(results_, *platform, *workload)});
      }
    }
    return cases;
  }

  void write_results() {
    sys::mkdir_parents(options_.out);
    sys::write_file_atomically(options_.out + "/results.json", report::to_json(results_).dump(1) + "\n");
  }

  const CompareOptions& options_;
  ProgressBar& bar_;
  const Workspace workspace_;
  const std::vector<std::unique_ptr<Platform>> platforms_;
  report::Results results_;
  bool interrupted_ = false;
};

int measure_and_write(const CompareOptions& options, const std::vector<Part>& parts, ProgressBar& bar,
                      const std::vector<std::string>& notes) {
  Session session(options, bar, notes);
  for (const Part& part : parts) {
    const bool wanted = options.only.empty() ||
                        std::find(options.only.begin(), options.only.end(), part.name) != options.only.end();
    if (wanted) session.measure(part);
  }
  return session.write_reports();
}

int measure(const CompareOptions& options, const std::vector<Part>& parts) {
  ProgressBar bar;
  // ORDER: before the private view, whose network reaches nothing.
  const auto& only = options.platforms;
  const bool boots = only.empty() || std::any_of(only.begin(), only.end(), [](const std::string& name) {
                       return name.starts_with("vm-");
                     });
  if (boots) prepare_vm_launcher(bar);
  return in_private_view([&](const auto& notes) { return measure_and_write(options, parts, bar, notes); });
}

}  // namespace

int compare(const CompareOptions& options) {
  return measure(options, parts_of_compare());
}

int run_suite(const CompareOptions& options) {
  return measure(options, parts_of_suite());
}

}  // namespace bench
