// Table D of the course: two tasks on one CPU, with 1024 and 2048 shares.
#pragma once

#include "bench/workloads/workload.h"

namespace bench {

// `alone`: the task with 1024 shares by itself, in parts of one CPU. `both`: what each gets of what both get.
class Sharing : public Workload {
 public:
  enum class Tasks { alone, both };
  explicit Sharing(Tasks tasks) : tasks_(tasks) {}
  std::string name() const override { return "sharing"; }
  std::string mode() const override { return tasks_ == Tasks::alone ? "alone" : "1024:2048"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  Tasks tasks_;
};

}  // namespace bench
