// See plan.h.
#include "bench/cli/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/sys/namespace.h"
#include "bench/cli/environment.h"
#include "bench/cli/preflight.h"
#include "bench/workloads/answer.h"

namespace bench {

namespace {

// What a start costs, roughly: it decides how often one can afford it.
enum class Weight { light, daemon, boot };

Weight weight_of(const Platform& platform) {
  if (platform.technique() == Technique::vm) return Weight::boot;
  return platform.name() == "docker" || platform.name() == "podman" ? Weight::daemon : Weight::light;
}

struct Counts {
  int light, daemon, boot;
  int of(Weight weight) const {
    return weight == Weight::light ? light : weight == Weight::daemon ? daemon : boot;
  }
};

nlohmann::json isolation_seen(Platform& platform) {
  nlohmann::json seen = answer_of(platform.run({"workload", "isolation"}));
  for (const char* kind : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"})
    seen["host_namespaces"][kind] = sys::namespace_inode("self", kind);
  return seen;
}

void fill_facts(Platform& platform, report::PlatformFacts& facts) {
  if (const std::string version = platform.version(); !version.empty()) {
    facts.version = version.substr(0, version.find('\n'));
  }
  const ImageSize size = platform.image_size();
  facts.image_bytes = size.bytes;
  facts.image_what = size.what;
  facts.isolation = isolation_seen(platform);
  if (facts.isolation.value("kernel", nlohmann::json()).is_string()) {
    facts.kernel = facts.isolation["kernel"].get<std::string>();
  }
}

// To the series of that name, or as a new one.
void append(report::Results& results, Series one) {
  for (Series& before : results.series) {
    if (report::name_of(before) != report::name_of(one)) continue;
    before.values.insert(before.values.end(), one.values.begin(), one.values.end());
    before.order.insert(before.order.end(), one.order.begin(), one.order.end());
    return;
  }
  results.series.push_back(std::move(one));
}

// Returns why the platform cannot be used, or "".
std::string make_ready(Platform& platform, report::PlatformFacts& facts) {
  if (std::string reason = why_unusable(platform); !reason.empty()) return reason;
  try {
    fill_facts(platform, facts);
    return {};
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

int repetitions(const Platform& platform, const Workload& workload, bool quick) {
  const bool start = workload.name() == "start";
  // WHY never 7 or 8: see statistics::kFewestForInterval.
  const Counts full = start ? Counts{30, 15, 10} : Counts{15, 9, 9};
  const Counts short_run = start ? Counts{12, 9, 6} : Counts{9, 6, 6};
  const Weight weight = workload.name() == "sharing" ? Weight::daemon : weight_of(platform);
  return (quick ? short_run : full).of(weight);
}

std::vector<report::PlatformFacts> prepare_platforms(const std::vector<std::unique_ptr<Platform>>& platforms,
                                                     const std::vector<std::string>& only,
                                                     const std::function<void(const std::string&)>& stage) {
  std::vector<report::PlatformFacts> all;
  for (const auto& platform : platforms) {
    report::PlatformFacts facts;
    facts.name = platform->name();
    facts.title = platform->title();
    facts.technique = name_of(platform->technique());
    facts.accelerator = platform->accelerator();
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), facts.name) != only.end();
    const std::string reason = wanted ? make_ready(*platform, facts) : "left out of this run";
    if (!reason.empty()) facts.unavailable = reason;
    if (wanted) stage(fmt::format("{}: {}", facts.name, reason.empty() ? "ready" : "unavailable, " + reason));
    all.push_back(std::move(facts));
  }
  return all;
}

report::Results new_results(const std::string& command, std::uint64_t seed, const std::string& folder,
                            std::vector<std::string> notes) {
  report::Results results;
  results.command = command;
  results.date = utc_now();
  results.commit = commit();
  results.seed = seed;
  results.notes = std::move(notes);
  results.environment = environment(folder);
  results.preflight = preflight(host_facts());
  return results;
}

void add_measured(report::Results& results, Measured measured) {
  int places = 0;
  for (const Series& one : results.series)
    places = std::max(places, one.order.back());
  for (Series& one : measured.series) {
    for (int& place : one.order)
      place += places;
    append(results, std::move(one));
  }
  // A report reads by workload and then in the order of the platforms; when each value was measured is in `order`.
  const auto place = [&](const Series& one) {
    const auto at = std::find_if(results.platforms.begin(), results.platforms.end(),
                                 [&](const auto& facts) { return facts.name == one.platform; });
    return std::tuple(one.workload, one.mode, one.metric, at - results.platforms.begin());
  };
  std::sort(results.series.begin(), results.series.end(),
            [&](const Series& one, const Series& other) { return place(one) < place(other); });
  std::move(measured.failures.begin(), measured.failures.end(), std::back_inserter(results.failures));
  if (measured.interrupted) results.notes.emplace_back(kInterruptedNote);
}

}  // namespace bench
