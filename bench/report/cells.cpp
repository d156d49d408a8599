// See cells.h.
#include "bench/report/cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "bench/report/quantity.h"

namespace report {

namespace {

using nlohmann::json;

// Judged by the whole interval: inside the claim, outside, or across its bound.
Verdict judge(Claim claim, const std::optional<statistics::Interval>& interval) {
  if (claim.is == Claim::Is::none) return Verdict::none;
  if (!interval) return Verdict::too_noisy;
  if (claim.is == Claim::Is::within) {
    const bool inside = std::abs(interval->low - claim.bound) <= claim.tolerance &&
                        std::abs(interval->high - claim.bound) <= claim.tolerance;
    const bool outside =
        interval->low > claim.bound + claim.tolerance || interval->high < claim.bound - claim.tolerance;
    return inside ? Verdict::agrees : outside ? Verdict::differs : Verdict::too_noisy;
  }
  const bool all_below = interval->high < claim.bound;
  const bool all_above = interval->low > claim.bound;
  if (!all_below && !all_above) return Verdict::too_noisy;
  return all_below == (claim.is == Claim::Is::below) ? Verdict::agrees : Verdict::differs;
}

std::string status_of(const json& isolation, const char* key) {
  const auto status = isolation.find("status");
  if (status == isolation.end() || !status->is_object()) return {};
  const auto value = status->find(key);
  return value != status->end() && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

std::string Quantity::of(const std::string& platform) const {
  return fmt::format("{}/{}/{}/{}", platform, workload, mode, metric);
}

Cell unavailable(const std::string& why) {
  return {Kind::unavailable, "unavailable", why, Verdict::none};
}

Cell evidence(const std::string& value, const std::string& detail) {
  return {Kind::evidence, value, detail, Verdict::none};
}

Cell measured(const Results& results, const std::string& platform, const Quantity& quantity, Claim claim) {
  const Series* series = results.find(platform, quantity.workload, quantity.mode, quantity.metric);
  if (series == nullptr) return unavailable(results.why_missing(platform, quantity.workload, quantity.mode));
  const auto summary = results.summary(*series);
  return {Kind::measured,
          readable(summary.median, series->unit),
          spread(summary, series->unit),
          judge(claim, summary.interval),
          {quantity.of(platform)}};
}

Cell overhead_over_process(const Results& results, const std::string& platform, const Quantity& quantity,
                           Claim claim) {
  const Series* series = results.find(platform, quantity.workload, quantity.mode, quantity.metric);
  const Series* process = results.find("process", quantity.workload, quantity.mode, quantity.metric);
  if (series == nullptr) return unavailable(results.why_missing(platform, quantity.workload, quantity.mode));
  if (process == nullptr)
    return unavailable("the process was not measured, so there is nothing to compare with");
  if (platform == "process") {
    Cell cell = measured(results, platform, quantity);
    cell.value += " (the base)";
    return cell;
  }
  const auto ratio = statistics::ratio_of_medians(series->values, process->values, results.seed);
  Cell cell{Kind::measured,
            overhead(ratio.value),
            overhead_spread(ratio, series->values.size()),
            judge(claim, ratio.interval),
            {quantity.of(platform), quantity.of("process")}};
  if (ratio.interval && !ratio.difference_seen) cell.value = "no difference seen (" + cell.value + ")";
  return cell;
}

Cell image_size(const PlatformFacts& facts) {
  if (facts.unavailable) return unavailable(*facts.unavailable);
  if (!facts.image_bytes) return unavailable(facts.image_what);
  Cell cell = evidence(readable(static_cast<double>(*facts.image_bytes), "bytes"), facts.image_what);
  cell.from = {facts.name + "/image"};
  return cell;
}

Cell seen_inside(const PlatformFacts& facts, const std::function<Cell(const json&)>& say) {
  if (facts.unavailable) return unavailable(*facts.unavailable);
  if (!facts.isolation.is_object()) return unavailable("nothing could be seen from inside");
  Cell cell = say(facts.isolation);
  if (cell.kind != Kind::unavailable) cell.from = {facts.name + "/isolation"};
  return cell;
}

Cell own_namespaces(const json& isolation) {
  const json inside = isolation.value("namespaces", json::object());
  const json host = isolation.value("host_namespaces", json::object());
  std::vector<std::string> own;
  std::vector<std::string> shared;
  for (const auto& [kind, inode] : inside.items()) {
    if (!inode.is_number() || !host.contains(kind)) continue;
    (inode == host[kind] ? shared : own).push_back(kind);
  }
  if (own.empty() && shared.empty()) return unavailable("its namespaces cannot be seen");
  return evidence(own.empty() ? "no namespace of its own" : fmt::format("own {}", fmt::join(own, " ")),
                  shared.empty() ? "shares none" : fmt::format("shares {}", fmt::join(shared, " ")));
}

Cell privileges(const json& isolation) {
  const std::string capabilities = status_of(isolation, "CapEff");
  if (capabilities.empty()) return unavailable("/proc/self/status cannot be read inside");
  std::uint64_t mask = 0;
  std::from_chars(capabilities.data(), capabilities.data() + capabilities.size(), mask, 16);
  const std::string filter = status_of(isolation, "Seccomp") == "2" ? "seccomp filter" : "no seccomp";
  const std::string privileges =
      status_of(isolation, "NoNewPrivs") == "1" ? "no_new_privs" : "may gain privileges";
  return evidence(fmt::format("{} capabilities, {}", std::popcount(mask), filter), privileges);
}

}  // namespace report
