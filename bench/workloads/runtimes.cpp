// See runtimes.h.
#include "bench/workloads/runtimes.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "bench/platforms/oci_runtime.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

const Arguments kNothing = {"nothing"};

double time_of(const Arguments& command) {
  const Run run = successful_run(command, 20s);
  if (!run.output.empty()) {
    throw std::runtime_error(fmt::format("{} printed '{}'", command.at(3), run.output.substr(0, 500)));
  }
  return run.nanoseconds();
}

OciRuntime& runtime(Platform& platform) {
  auto* runtime = dynamic_cast<OciRuntime*>(&platform);
  if (runtime == nullptr) throw Unmeasurable("it has no such command");
  return *runtime;
}

// Waits for the end of the process whose pid is in `pid_file`; init reaps it.
void wait_for_program(const std::string& pid_file) {
  const auto pid = static_cast<pid_t>(std::stol(sys::read_file(pid_file)));
  const sys::UniqueFd process = sys::pidfd_open(pid);
  if (!process) return;
  pollfd ended{process.get(), POLLIN, 0};
  if (sys::poll({&ended, 1}, 10000) == 0) throw std::runtime_error("the program does not end");
}

}  // namespace

std::string name_of(Pace pace) {
  return pace == Pace::paced ? "paced" : "back-to-back";
}

void set_pace(Pace pace, Platform& platform, const Arguments& program) {
  if (pace == Pace::paced) {
    pause_for(150ms);
  } else {
    platform.run(program);
  }
}

std::vector<Value> Ends::measure(Platform& platform) const {
  set_pace(pace_, platform, program_);
  const Run run = platform.run(program_);
  if (run.status != 0 || run.output != output_) {
    throw std::runtime_error(fmt::format("status {}, output '{}': {}", run.status, run.output, run.errors));
  }
  return {{"to_exit", "ns", run.nanoseconds()}};
}

std::vector<Value> Exec::measure(Platform& platform) const {
  OciRuntime& engine = runtime(platform);
  const Arguments command = engine.verb("exec", engine.waiting_container(), {"/bin/nothing"});
  if (pace_ == Pace::paced) {
    pause_for(150ms);
  } else {
    time_of(command);
  }
  return {{"to_exit", "ns", time_of(command)}};
}

std::vector<Value> Verbs::measure(Platform& platform) const {
  OciRuntime& engine = runtime(platform);
  const std::string id = engine.next_id();
  const std::string pid_file = fmt::format("{}/{}.pid", folder_, id);
  const Arguments create = engine.create(id, pid_file, kNothing);
  pause_for(150ms);
  std::vector<Value> values;
  try {
    values.push_back({"create", "ns", time_of(create)});
    values.push_back({"start", "ns", time_of(engine.verb("start", id))});
    wait_for_program(pid_file);
    values.push_back({"delete", "ns", time_of(engine.verb("delete", id))});
  } catch (...) {
    run_whatever_comes(engine.verb("delete", id, {"--force"}), 20s);
    throw;
  }
  sys::unlink_if_present(pid_file);
  return values;
}

}  // namespace bench
