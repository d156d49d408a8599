// A workload: one measurement of one platform, made once. The harness repeats and shuffles.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/platforms/platform.h"

namespace bench {

// One number of a measurement. `metric` and `unit` are part of the results' schema.
struct Value {
  std::string metric;
  std::string unit;  // "ns", "bytes"
  double value = 0;
};

// This platform cannot be measured by this workload, however often one tries; what() says why.
struct Unmeasurable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::string name() const = 0;
  // Tells apart two ways of measuring the same thing; "" for most.
  virtual std::string mode() const { return {}; }
  // At least one value, the most important first. Throws Unmeasurable, or std::runtime_error for a run that
  // failed.
  virtual std::vector<Value> measure(Platform& platform) const = 0;
};

// Asked for, to the first instruction of main, to the first byte, to the end.
// WHY two paces: in a loop caches are warm and the kernel's grace periods overlap; a user starts one thing at a
// time, and pays several times as much.
enum class Pace { back_to_back, paced };
class Start : public Workload {
 public:
  explicit Start(Pace pace) : pace_(pace) {}
  std::string name() const override { return "start"; }
  std::string mode() const override { return pace_ == Pace::paced ? "paced" : "back-to-back"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  Pace pace_;
};

// A fixed amount of integer and floating-point work, timed by the program itself.
class Cpu : public Workload {
 public:
  std::string name() const override { return "cpu"; }
  std::vector<Value> measure(Platform& platform) const override;
};

// The cheapest kernel call: what a filter, a hypervisor or an emulator adds to each.
class Syscall : public Workload {
 public:
  std::string name() const override { return "syscall"; }
  std::vector<Value> measure(Platform& platform) const override;
};

// A file of fixed size written with fsync on the file system that a program gets without asking, in a virtual machine on a
// disk of its own.
class Disk : public Workload {
 public:
  std::string name() const override { return "disk"; }
  std::vector<Value> measure(Platform& platform) const override;
};

// What one idle instance holds.
class IdleMemory : public Workload {
 public:
  std::string name() const override { return "memory"; }
  std::vector<Value> measure(Platform& platform) const override;
};

}  // namespace bench
