// Workloads of `bench engines`: a start as a whole and taken apart, and many starts at the same time.
#pragma once

#include "bench/workloads/workload.h"

namespace bench {

std::string name_of(Pace pace);
// Rests, or runs once unmeasured: whatever puts the next start into its pace.
void set_pace(Pace pace, Platform& platform, const Arguments& program);

// One command from the request to its end: `echo ok`, as a user types it first, or `nothing`, which leaves only the
// start. `mode` overrides the pace as what tells series apart.
class Ends : public Workload {
 public:
  Ends(std::string name, Arguments program, std::string output, Pace pace, std::string mode = {})
      : name_(std::move(name)),
        program_(std::move(program)),
        output_(std::move(output)),
        pace_(pace),
        mode_(mode.empty() ? name_of(pace) : std::move(mode)) {}
  std::string name() const override { return name_; }
  std::string mode() const override { return mode_; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  std::string name_;
  Arguments program_;
  std::string output_;  // that it must print
  Pace pace_;
  std::string mode_;
};

// `RUNTIME exec` of `nothing` into a container that is running.
class Exec : public Workload {
 public:
  explicit Exec(Pace pace) : pace_(pace) {}
  std::string name() const override { return "exec"; }
  std::string mode() const override { return name_of(pace_); }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  Pace pace_;
};

// `create`, `start` and `delete`, each a command, as an engine calls them; 150 ms of rest before.
class Verbs : public Workload {
 public:
  explicit Verbs(const std::string& folder) : folder_(folder) {}
  std::string name() const override { return "verbs"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  std::string folder_;  // for pid files
};

// Starts in a row of which always so many are in flight; how many are done in a second.
class Throughput : public Workload {
 public:
  explicit Throughput(int in_flight) : in_flight_(in_flight) {}
  std::string name() const override { return "throughput"; }
  std::string mode() const override;
  std::vector<Value> measure(Platform& platform) const override;

 private:
  int in_flight_;
};

}  // namespace bench
