// See sharing.h. Reads: cgroups(7), sched(7).
#include "bench/workloads/sharing.h"

#include <algorithm>
#include <cmath>
#include <future>

#include "bench/workloads/answer.h"

namespace bench {

namespace {

constexpr int kFirst = 1024, kSecond = 2048;
const Arguments kTask = {"workload", "spin", "--milliseconds", "400"};

// What a task saw: the monotonic clock, and the CPU time it had got by then.
class Course {
 public:
  explicit Course(const nlohmann::json& answer) {
    for (const auto& pair : answer.at("seen"))
      seen_.emplace_back(pair.at(0).get<double>(), pair.at(1).get<double>());
    if (seen_.size() < 2) throw std::runtime_error("the task saw too little");
  }
  double begin() const { return seen_.front().first; }
  double end() const { return seen_.back().first; }
  // Between two instants in its course.
  double got(double from, double to) const { return at(to) - at(from); }

 private:
  double at(double instant) const {
    const auto after = std::lower_bound(seen_.begin() + 1, seen_.end() - 1, std::pair(instant, 0.0));
    const auto before = after - 1;
    const double part = (instant - before->first) / (after->first - before->first);
    return before->second + part * (after->second - before->second);
  }
  std::vector<std::pair<double, double>> seen_;
};

Arguments task(Platform& platform, int shares) {
  auto command = platform.command_with_shares(kTask, shares);
  if (!command) throw Unmeasurable("it has no shares to give");
  return *command;
}

Course course_of(const Arguments& command, std::chrono::seconds deadline) {
  return Course(answer_of(timed_run(command, deadline)));
}

}  // namespace

std::vector<Value> Sharing::measure(Platform& platform) const {
  const Arguments first = task(platform, kFirst);
  if (tasks_ == Tasks::alone) {
    const Course alone = course_of(first, platform.deadline());
    return {{"first", "of one CPU", alone.got(alone.begin(), alone.end()) / (alone.end() - alone.begin())}};
  }
  const Arguments second = task(platform, kSecond);
  auto other = std::async(std::launch::async, course_of, second, platform.deadline());
  const Course one = course_of(first, platform.deadline());
  const Course two = other.get();
  // Only while both were there.
  const double from = std::max(one.begin(), two.begin());
  const double to = std::min(one.end(), two.end());
  if (to - from < 0.5 * (one.end() - one.begin()))
    throw std::runtime_error("the two were hardly there together");
  const double first_got = one.got(from, to);
  const double second_got = two.got(from, to);
  const double all = first_got + second_got;
  return {{"first", "of both", first_got / all}, {"second", "of both", second_got / all}};
}

}  // namespace bench
