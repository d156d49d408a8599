// The JSON that the workload program answered with, or an error that says what came instead.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/platforms/platform.h"

namespace bench {

// Throws std::runtime_error for a run that failed or whose output holds no JSON object in a line of its own.
nlohmann::json answer_of(const Run& run);
// The number `key` of `answer`; throws std::runtime_error when it is not there.
double number_of(const nlohmann::json& answer, const char* key);

}  // namespace bench
