// See inside.h.
#include "bench/workloads/inside.h"

#include "bench/workloads/answer.h"

namespace bench {

std::vector<Value> Inside::measure(Platform& platform) const {
  Arguments all = {"workload"};
  all.insert(all.end(), command_.begin(), command_.end());
  if (writes_ == Writes::scratch) all.insert(all.end(), {"--file", platform.scratch_file()});
  const auto answer = answer_of(writes_ == Writes::scratch ? platform.run_writing(all) : platform.run(all));
  std::vector<Value> values;
  values.reserve(metrics_.size());
  for (const std::string& metric : metrics_)
    values.push_back({metric, "ns", number_of(answer, metric.c_str())});
  return values;
}

}  // namespace bench
