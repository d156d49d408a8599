// Workloads that the program inside times by itself: a command line, and the numbers of its answer.
//
// A new one is a line in inside_workloads(). Reads: bench/workload/README.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/workloads/workload.h"

namespace bench {

class Inside : public Workload {
 public:
  enum class Writes { nothing, scratch };  // where the platform's scratch file lies, with --file
  // `metrics` are members of the answer, in nanoseconds, the most important first.
  Inside(std::string name, Arguments command, std::vector<std::string> metrics,
         Writes writes = Writes::nothing)
      : name_(std::move(name)), command_(std::move(command)), metrics_(std::move(metrics)), writes_(writes) {}
  std::string name() const override { return name_; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  std::string name_;
  Arguments command_;
  std::vector<std::string> metrics_;
  Writes writes_;
};

}  // namespace bench
