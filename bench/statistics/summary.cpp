// See summary.h.
#include "bench/statistics/summary.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "bench/statistics/generator.h"

namespace statistics {

namespace {

// The median, reordering `values`.
double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

void resample(std::span<const double> samples, std::vector<double>& draw, Generator& generator) {
  draw.resize(samples.size());
  for (double& value : draw)
    value = samples[generator.below(samples.size())];
}

// The middle 95 % of what `statistic` gives over the draws.
template <class Statistic>
Interval middle_of_draws(Statistic&& statistic) {
  std::vector<double> values;
  values.reserve(kResamples);
  for (std::size_t draw = 0; draw < kResamples; ++draw)
    values.push_back(statistic());
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

void require_samples(std::span<const double> samples) {
  if (samples.empty()) throw std::invalid_argument("no samples to summarize");
}

}  // namespace

double quantile(std::span<const double> sorted, double fraction) {
  const double position = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - std::floor(position)) * (sorted[above] - sorted[below]);
}

double median(std::span<const double> samples) {
  require_samples(samples);
  std::vector<double> values(samples.begin(), samples.end());
  return median_of(values);
}

Summary summarize(std::span<const double> samples, std::uint64_t seed) {
  require_samples(samples);
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  Summary summary{
      sorted.size(), quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.front(),
      sorted.back(), std::nullopt};
  if (sorted.size() >= kFewestForInterval) {
    Generator generator(seed);
    std::vector<double> draw;
    summary.interval = middle_of_draws([&] {
      resample(samples, draw, generator);
      return median_of(draw);
    });
  }
  return summary;
}

Ratio ratio_of_medians(std::span<const double> samples, std::span<const double> reference,
                       std::uint64_t seed) {
  const double below = median(reference);
  if (below <= 0) throw std::invalid_argument("a ratio to a median that is not above 0 says nothing");
  Ratio ratio{median(samples) / below, std::nullopt, false};
  if (std::min(samples.size(), reference.size()) < kFewestForInterval) return ratio;
  Generator generator(seed);
  std::vector<double> draw;
  ratio.interval = middle_of_draws([&] {
    resample(samples, draw, generator);
    const double above = median_of(draw);
    resample(reference, draw, generator);
    return above / median_of(draw);
  });
  ratio.difference_seen = !ratio.interval->contains(1.0);
  return ratio;
}

}  // namespace statistics
