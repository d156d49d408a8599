// See answer.h.
#include "bench/workloads/answer.h"

#include <fmt/format.h>

#include <sstream>

namespace bench {

nlohmann::json answer_of(const Run& run) {
  if (run.status != 0) {
    throw std::runtime_error(fmt::format("ended with status {}: {}", run.status, run.errors.substr(0, 500)));
  }
  // A serial console may put other lines, and carriage returns, around the answer.
  std::istringstream lines(run.output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find('{');
    if (start == std::string::npos) continue;
    auto answer = nlohmann::json::parse(line.substr(start), nullptr, false);
    if (answer.is_object()) return answer;
  }
  throw std::runtime_error(fmt::format("no answer in its output: '{}'", run.output.substr(0, 200)));
}

double number_of(const nlohmann::json& answer, const char* key) {
  const auto found = answer.find(key);
  if (found == answer.end() || !found->is_number()) {
    throw std::runtime_error(fmt::format("the answer has no number '{}'", key));
  }
  return found->get<double>();
}

}  // namespace bench
