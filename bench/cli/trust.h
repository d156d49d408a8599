// What a reader of results asks before believing them: the host, the statistics, the file, and another file beside it.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

// `bench preflight`: what is wrong with this host for measuring. Always 0: nothing is refused.
int print_preflight();

// `bench self-test`: the statistics on synthetic platforms. 1 if they do not keep what they promise.
int print_self_test(int runs, std::uint64_t seed);

// `bench compare BEFORE.json AFTER.json`. `kSomethingGotWorse`, or 0.
inline constexpr int kSomethingGotWorse = 3;
int compare_files(const std::string& before, const std::string& after, double rate);

}  // namespace bench
