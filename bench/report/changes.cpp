// See changes.h.
#include "bench/report/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/report/quantity.h"

namespace report {

namespace {

// What must be the same on both sides before a difference says anything about the program that is measured.
constexpr const char* kConditions[] = {"host", "kernel", "cpu", "cores", "memory", "cgroup", "filesystem"};

const Series* same_in(const Results& results, const Series& one) {
  const Series* other = results.find(one.platform, one.workload, one.mode, one.metric);
  return other != nullptr && other->unit == one.unit ? other : nullptr;
}

void note_conditions(const Results& before, const Results& after, std::vector<std::string>& notes) {
  for (const char* key : kConditions) {
    if (before.environment_of(key) != after.environment_of(key))
      notes.push_back(
          fmt::format("{}: {} before, {} after", key, before.environment_of(key), after.environment_of(key)));
  }
  for (const auto& [results, when] : {std::pair(&before, "before"), std::pair(&after, "after")}) {
    if (results->preflight && results->preflight->grade == "poor")
      notes.push_back(fmt::format("the host was a poor one for measuring {}", when));
  }
}

void note_alone(const Results& here, const Results& there, const char* when,
                std::vector<std::string>& notes) {
  for (const Series& one : here.series) {
    if (same_in(there, one) == nullptr)
      notes.push_back(fmt::format("{}: measured only {}", name_of(one), when));
  }
}

// A process has nothing of this project in it: when it changes, the host has.
bool is_of_the_host(const ChangedSeries& one) {
  return one.name.starts_with("process/") &&
         (one.outcome == Outcome::better || one.outcome == Outcome::worse);
}

Outcome outcome_of(const ChangedSeries& one, bool called, double strictest) {
  if (called) return (one.change.ratio > 1) == more_is_better(one.unit) ? Outcome::better : Outcome::worse;
  return one.change.smallest_p > strictest ? Outcome::too_few : Outcome::no_difference_seen;
}

const char* text_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::no_difference_seen:
      return "no difference seen";
    case Outcome::better:
      return "better";
    case Outcome::worse:
      return "worse";
    case Outcome::too_few:
      return "too few samples to tell";
  }
  return "";
}

}  // namespace

bool Changes::any_worse() const {
  return std::any_of(series.begin(), series.end(),
                     [](const ChangedSeries& one) { return one.outcome == Outcome::worse; });
}

Changes changes_between(const Results& before, const Results& after, double rate) {
  Changes changes{rate, {}, {}};
  note_conditions(before, after, changes.notes);
  note_alone(before, after, "before", changes.notes);
  note_alone(after, before, "after", changes.notes);
  std::vector<double> p_values;
  for (const Series& one : before.series) {
    const Series* other = same_in(after, one);
    if (other == nullptr || statistics::median(one.values) <= 0) continue;
    // WHY another seed for each: the same deals for all would make their errors one.
    const auto change =
        statistics::permutation_test(one.values, other->values, before.seed + p_values.size());
    p_values.push_back(change.p);
    changes.series.push_back({name_of(one), one.unit, statistics::median(one.values),
                              statistics::median(other->values), change, Outcome::no_difference_seen});
  }
  const std::vector<bool> called = statistics::holm(p_values, rate);
  const double strictest = rate / static_cast<double>(std::max<std::size_t>(1, p_values.size()));
  for (std::size_t place = 0; place < called.size(); ++place)
    changes.series[place].outcome = outcome_of(changes.series[place], called[place], strictest);
  const auto size = [](const ChangedSeries& one) { return std::abs(std::log(one.change.ratio)); };
  std::stable_sort(changes.series.begin(), changes.series.end(),
                   [&](const auto& one, const auto& other) { return size(one) > size(other); });
  return changes;
}

std::string text(const Changes& changes) {
  std::string page;
  for (const ChangedSeries& one : changes.series) {
    page += fmt::format("{:<24} {:>9}  p {:.4f}  {:>10} to {:<10} {}\n", text_of(one.outcome),
                        overhead(one.change.ratio), one.change.p, readable(one.before, one.unit),
                        readable(one.after, one.unit), one.name);
  }
  if (changes.series.empty()) page += "Nothing was measured in both files.\n";
  page += fmt::format(
      "\n{} quantities, medians; permutation tests with Holm's correction: if nothing had changed, anything "
      "would be "
      "called better or worse in at most {:g} of 100 such comparisons.\n",
      changes.series.size(), changes.rate * 100);
  if (std::any_of(changes.series.begin(), changes.series.end(), is_of_the_host))
    page += "The bare process has changed too: so has the host, or how busy it was.\n";
  for (const std::string& note : changes.notes)
    page += fmt::format("Note: {}.\n", note);
  return page;
}

}  // namespace report
