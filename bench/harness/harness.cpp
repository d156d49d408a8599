// See harness.h.
#include "bench/harness/harness.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/statistics/generator.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

// After so many failures in a row of one case the rest would only cost time.
constexpr int kPatience = 3;
constexpr const char* kOrder = "order";

std::string label(const Case& item) {
  const std::string mode = item.workload->mode();
  return fmt::format("{} {}{}{}", item.platform->name(), item.workload->name(), mode.empty() ? "" : " ",
                     mode);
}

// One case while its repetitions are running.
struct Running {
  Case item;
  std::vector<Value> last;  // names and units of the counters
  std::string given_up;     // why no further repetition is tried
  int failures_in_a_row = 0;
};

class Session {
 public:
  Session(std::chrono::seconds budget, const Progress& progress)
      : limit_(steady_clock::now() + budget), progress_(progress) {}

  void add(const Case& item) {
    cases_.push_back(std::make_unique<Running>(Running{item, {}, {}, 0}));
    turns_.insert(turns_.end(), static_cast<std::size_t>(std::max(0, item.repetitions)), cases_.back().get());
  }

  // WHY a benchmark for each repetition, and not its own interleaving: nobody could give that a seed.
  void register_in_random_order(std::uint64_t seed) {
    statistics::Generator(seed).shuffle(turns_);
    for (std::size_t turn = 0; turn < turns_.size(); ++turn) {
      Running* running = turns_[turn];
      benchmark::RegisterBenchmark(std::to_string(turn).c_str(),
                                   [this, running](benchmark::State& state) { repeat(*running, state); })
          ->UseManualTime()
          ->Iterations(1);
    }
  }

  const Case& at(std::size_t turn) const { return turns_.at(turn)->item; }
  bool interrupted() const { return interrupted_; }

 private:
  void repeat(Running& running, benchmark::State& state) {
    std::string failure = why_not(running);
    for ([[maybe_unused]] auto iteration : state) {
      if (failure.empty()) failure = measure(running, state);
      if (failure.empty()) state.SetIterationTime(running.last.front().value * 1e-9);
    }
    // WHY: after the loop; Google Benchmark's SkipWithError ends the loop by itself only for later iterations.
    if (!failure.empty()) state.SkipWithError(failure.c_str());
    if (progress_) progress_(++done_, static_cast<int>(turns_.size()), label(running.item));
  }

  std::string why_not(const Running& running) const {
    if (interrupted_) return "interrupted";
    if (!running.given_up.empty()) return running.given_up;
    if (steady_clock::now() >= limit_) return "the time of the run was used up";
    return {};
  }

  // Returns why it failed, or "".
  std::string measure(Running& running, benchmark::State& state) {
    try {
      running.last = running.item.workload->measure(*running.item.platform);
      for (const Value& value : running.last)
        state.counters[value.metric + ":" + value.unit] = value.value;
      state.counters[kOrder] = ++order_;
      running.failures_in_a_row = 0;
      return {};
    } catch (const Interrupted& interruption) {
      interrupted_ = true;
      return interruption.what();
    } catch (const Unmeasurable& reason) {
      running.given_up = reason.what();
      return running.given_up;
    } catch (const std::exception& error) {
      if (++running.failures_in_a_row >= kPatience) running.given_up = error.what();
      return error.what();
    }
  }

  std::vector<std::unique_ptr<Running>> cases_;
  std::vector<Running*> turns_;  // one for each repetition
  Instant limit_;
  const Progress& progress_;
  int done_ = 0;
  int order_ = 0;
  bool interrupted_ = false;
};

// Takes every repetition's counters; Google Benchmark's own averages are not used.
class Collector : public benchmark::BenchmarkReporter {
 public:
  Collector(const Session& session, Measured& measured) : session_(session), measured_(measured) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const Case& item = session_.at(std::stoul(run.run_name.function_name));
      if (run.error_occurred) {
        fail(item, run.error_message);
      } else {
        keep(item, run.counters);
      }
    }
  }

 private:
  void keep(const Case& item, const benchmark::UserCounters& counters) {
    for (const auto& [key, counter] : counters) {
      const std::size_t colon = key.find(':');
      if (colon == std::string::npos) continue;
      Series& series = series_of(item, key.substr(0, colon), key.substr(colon + 1));
      series.values.push_back(counter.value);
      series.order.push_back(static_cast<int>(counters.at(kOrder).value));
    }
  }

  Series& series_of(const Case& item, const std::string& metric, const std::string& unit) {
    const Series wanted{
        item.platform->name(), item.workload->name(), item.workload->mode(), metric, unit, {}, {}};
    for (Series& series : measured_.series) {
      if (series.platform == wanted.platform && series.workload == wanted.workload &&
          series.mode == wanted.mode && series.metric == metric) {
        return series;
      }
    }
    return measured_.series.emplace_back(wanted);
  }

  void fail(const Case& item, const std::string& reason) {
    Failure wanted{item.platform->name(), item.workload->name(), item.workload->mode(), reason, 0};
    for (Failure& failure : measured_.failures) {
      if (failure.platform == wanted.platform && failure.workload == wanted.workload &&
          failure.mode == wanted.mode && failure.reason == reason) {
        ++failure.count;
        return;
      }
    }
    wanted.count = 1;
    measured_.failures.push_back(wanted);
  }

  const Session& session_;
  Measured& measured_;
};

}  // namespace

Measured run_cases(const std::vector<Case>& cases, std::uint64_t seed, std::chrono::seconds budget,
                   const Progress& progress) {
  Measured measured;
  std::string program = "bench";
  std::array<char*, 2> arguments = {program.data(), nullptr};
  int count = 1;
  benchmark::Initialize(&count, arguments.data());
  Session session(budget, progress);
  for (const Case& item : cases)
    session.add(item);
  session.register_in_random_order(seed);
  Collector collector(session, measured);
  if (!cases.empty()) benchmark::RunSpecifiedBenchmarks(&collector, "all");
  benchmark::ClearRegisteredBenchmarks();
  benchmark::Shutdown();
  measured.interrupted = session.interrupted();
  return measured;
}

}  // namespace bench
