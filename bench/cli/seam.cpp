// See seam.h. The operation is an opaque function rather than a kernel call, whose own hundred nanoseconds, and their
// noise, would hide what is looked for.
#include "bench/cli/seam.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <vector>

#include "base/sys/call.h"
#include "base/sys/fd.h"
#include "bench/statistics/summary.h"

namespace bench {

namespace {

constexpr int kRepetitions = 25;
constexpr std::uint64_t kSeed = 1;

[[gnu::noinline]] int operation(int value) {
  benchmark::DoNotOptimize(value);
  return value;
}

void bare(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state)
    benchmark::DoNotOptimize(operation(7));
}

void through_the_seam(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    benchmark::DoNotOptimize(sys::call(
        "operation", [] { return std::string("never asked for"); }, [] { return operation(7); }));
  }
}

class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      samples[run.run_name.function_name].push_back(run.real_accumulated_time * 1e9 /
                                                    static_cast<double>(run.iterations));
    }
  }
  std::map<std::string, std::vector<double>> samples;
};

std::string line(const char* name, const statistics::Summary& summary) {
  return fmt::format("{:<18} {:6.2f} ns   95 % {:.2f} to {:.2f} ns, n {}\n", name, summary.median,
                     summary.interval->low, summary.interval->high, summary.samples);
}

}  // namespace

int measure_seam() {
  std::string program = "bench";
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::string time = "--benchmark_min_time=0.02";
  std::array<char*, 4> arguments = {program.data(), interleave.data(), time.data(), nullptr};
  int count = 3;
  benchmark::Initialize(&count, arguments.data());
  benchmark::RegisterBenchmark("bare", bare)->Repetitions(kRepetitions);
  benchmark::RegisterBenchmark("seam", through_the_seam)->Repetitions(kRepetitions);
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, "all");
  benchmark::Shutdown();
  const auto plain = statistics::summarize(collector.samples["bare"], kSeed);
  const auto seam = statistics::summarize(collector.samples["seam"], kSeed);
  sys::write_all(1, line("bare call", plain) + line("through the seam", seam) +
                        fmt::format("{:<18} {:6.2f} ns a call while nobody listens\n", "difference",
                                    seam.median - plain.median));
  return 0;
}

}  // namespace bench
