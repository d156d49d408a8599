// See boots.h.
#include "bench/platforms/boots.h"

#include <fmt/format.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/sys/file.h"
#include "base/sys/process.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

Nanoseconds milliseconds(double value) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double, std::milli>(value));
}

}  // namespace

std::string ToReady::prepare() {
  if (!sys::exists(sibling_program("vm-launcher"))) return "vm-launcher is not built";
  return find_program("qemu-system-x86_64").empty() ? "QEMU is not installed: apt-get install qemu-system-x86"
                                                    : "";
}

Arguments ToReady::launcher(const std::string& verb) const {
  return {sibling_program("vm-launcher"),
          verb,
          "--accel",
          machine_.accelerator,
          "--profile",
          machine_.profile,
          "--rootfs",
          workspace_.archive()};
}

std::string QemuAlone::prepare() {
  if (std::string why = ToReady::prepare(); !why.empty()) return why;
  Arguments ask = launcher("boot");
  ask.emplace_back("--command");
  std::istringstream words(run_or_throw(ask));
  command_.clear();
  for (std::string word; std::getline(words, word);)
    command_.push_back(word);
  return {};
}

// The guest waits for orders that never come: it is ended as soon as it has said that it waits.
Run QemuAlone::run(const Arguments&) {
  sys::Pipe output = sys::pipe();
  sys::Pipe input = sys::pipe();
  sys::SpawnOptions options;
  options.input = input.read.get();
  options.output = output.write.get();
  options.own_session = true;
  Run run;
  run.request = steady_clock::now();
  sys::Child child = sys::spawn(command_, options);
  output.write.reset();
  pollfd waiting[] = {{output.read.get(), POLLIN, 0}, {interruption_descriptor(), POLLIN, 0}};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(deadline());
  const bool seen = sys::poll(waiting, static_cast<int>(limit.count())) > 0;
  run.exit = steady_clock::now();
  child.kill(SIGKILL);
  child.wait();
  if (waiting[1].revents != 0) throw Interrupted();
  char byte = 0;
  if (!seen || sys::read(output.read.get(), {&byte, 1}) == 0)
    throw std::runtime_error("the guest never said READY");
  run.first_byte = run.exit;
  run.output = "ready\n";
  return run;
}

Arguments LauncherToReady::command(const Arguments& arguments) {
  Arguments all = launcher("run");
  all.insert(all.end(), {"--" + start_, "--timings", timings_file(), "--"});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

Run LauncherToReady::run(const Arguments&) {
  sys::unlink_if_present(timings_file());
  Run run = successful_run(command({"true"}), deadline());
  const auto stamps = nlohmann::json::parse(sys::read_file(timings_file()));
  if (stamps.at("start") != start_)
    throw std::runtime_error(
        fmt::format("asked to start {}, and it did not: {}", start_, stamps.at("start_why").dump()));
  run.stages["finished"] = std::chrono::duration_cast<Nanoseconds>(run.exit - run.request);
  // WHY from the end: the launcher's own clock begins in its main(), and the loading before that is its cost too.
  run.exit -= milliseconds(stamps.at("gone").get<double>() - stamps.at("ready").get<double>());
  run.first_byte = run.exit;
  run.output = "ready\n";
  return run;
}

}  // namespace bench
