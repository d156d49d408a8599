// One probe of a container's health: what its guardian starts from time to time. Declared in engine.h; see health.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <csignal>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/exec.h"

namespace engine {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kLongestOutput = 4096;

// "1.5s", as Go writes durations of less than a minute.
std::string seconds_text(std::int64_t nanoseconds) {
  return fmt::format("{}s", static_cast<double>(nanoseconds) / 1e9);
}

// Reads what the process writes until it has ended; false if that takes longer than `nanoseconds`.
bool hear_out(int process, int output, std::int64_t nanoseconds, std::string& heard) {
  const auto end = Clock::now() + std::chrono::nanoseconds(nanoseconds);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd polled[] = {{process, POLLIN, 0}, {output, POLLIN, 0}};
    if (left <= 0) return false;
    sys::poll(polled, static_cast<int>(std::min<std::int64_t>(left, 1 << 30)));
    if (polled[1].revents != 0) {
      char buffer[kLongestOutput];
      const std::size_t count = sys::read(output, buffer);
      // WHY the end of the output is not waited for: a child that the command has left behind may hold it.
      if (count == 0) output = -1;
      heard.append(buffer, std::min(count, kLongestOutput - heard.size()));
    } else if (polled[0].revents != 0) {
      return true;
    }
  }
}

// SPEC: kill(2): a negative number is a process group. mini-runtime and runc make one for each exec; crun does not, so the
// children that the process has now are looked up as well (proc_pid_task(5)).
void kill_with_children(pid_t pid) {
  const auto children =
      sys::read_file_if_present(fmt::format("/proc/{0}/task/{0}/children", pid)).value_or("");
  for (const std::string_view child : text::words(children, " "))
    kill_with_children(text::number<pid_t>(child).value_or(0));
  sys::kill_if_present(-pid, SIGKILL);
  sys::kill_if_present(pid, SIGKILL);
}

}  // namespace

ProbeResult Engine::run_probe(const Container& container, const Healthcheck& check) {
  ProbeResult result = {timestamp(), "", -1, ""};
  // One name for all: what a killed probe leaves, the next one replaces.
  const std::string files = registry_.directory(container.id) + "/probe";
  const ExecOptions options = {.args = probe_command(check), .env = {}, .working_directory = {}, .user = {}};
  write_exec_document(registry_, container, options, files + ".json");
  const ExecNotes notes(registry_.journal(), container, options.args);
  sys::set_child_subreaper();
  try {
    sys::Pipe pipe = sys::pipe();
    const pid_t pid = runtime_of(registry_, container)
                          .exec(container.id, files + ".json", files + ".pid",
                                {-1, pipe.write.get(), pipe.write.get()}, "");
    pipe.write.reset();
    const sys::UniqueFd process = sys::pidfd_open(pid);
    const bool answered = hear_out(process.get(), pipe.read.get(), check.timeout, result.output);
    if (!answered) {
      kill_with_children(pid);
      pollfd ended = {process.get(), POLLIN, 0};
      sys::poll({&ended, 1}, -1);
    }
    const int code = reap(pid).shell_code();
    if (answered) result.exit_code = code;
    if (!answered)
      result.output = fmt::format("Health check exceeded timeout ({}){}{}", seconds_text(check.timeout),
                                  result.output.empty() ? "" : ": ", result.output);
  } catch (const RuntimeFailed& error) {
    result.exit_code = error.exit_code();
    result.output = error.what();
  }
  notes.died(result.exit_code);
  result.end = timestamp();
  return result;
}

bool Engine::probe(const std::string& id) {
  const Container container = registry_.get(id);
  const Healthcheck check = with_defaults(container.settings.healthcheck);
  // What is frozen answers nobody.
  if (!container.running() || container.paused || !probes(check)) return false;
  const ProbeResult result = run_probe(container, check);
  const std::int64_t age = nanoseconds_of(result.start) - nanoseconds_of(container.started);
  bool changed = false;
  const auto after = registry_.change(id, [&](Container& record) {
    // It has ended meanwhile, or is another run of it.
    if (!record.running() || record.started != container.started) return;
    const std::string before = record.health.status;
    record.health = judged(record.health, result, check, age);
    changed = record.health.status != before;
  });
  if (changed) registry_.journal().add(*after, "health_status: " + after->health.status);
  return result.exit_code == 0;
}

}  // namespace engine
