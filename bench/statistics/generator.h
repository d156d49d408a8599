// The random numbers of the benchmark: from a seed that the results keep, the same on every machine.
//
// WHY not the distributions of <random>, nor std::shuffle: they may differ between libraries; the engine, a
// multiplication and a shift do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace statistics {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(((engine_() >> 32U) * count) >> 32U);
  }
  // From 0 up to, but not, 1.
  double fraction() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

  // Fisher and Yates.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t left = values.size(); left > 1; --left)
      std::swap(values[left - 1], values[below(left)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace statistics
