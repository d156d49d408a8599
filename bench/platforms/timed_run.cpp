// See timed_run.h.
#include "bench/platforms/timed_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <csignal>

#include "base/sys/process.h"

namespace bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

sys::UniqueFd& interruption() {
  static sys::UniqueFd descriptor;
  return descriptor;
}

int milliseconds_until(Instant deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

// Appends what waits in `fd`. False at its end.
bool drain(int fd, std::string& text) {
  std::array<char, 65536> buffer{};
  const std::size_t count = sys::read(fd, buffer);
  text.append(buffer.data(), count);
  return count > 0;
}

// What is left in a pipe whose writer has ended; a daemon may still hold it open, so this never waits.
void drain_rest(int fd, std::string& text) {
  pollfd ready{fd, POLLIN, 0};
  while (sys::poll({&ready, 1}, 0) > 0 && drain(fd, text)) {
  }
}

// SIGTERM, and SIGKILL for what does not listen.
void end(sys::Child& child) {
  child.kill(SIGTERM);
  pollfd ended{child.pidfd(), POLLIN, 0};
  if (sys::poll({&ended, 1}, 5000) == 0) child.kill(SIGKILL);
  child.wait();
}

// Polls the command's two pipes, its end and `interruption` (-1: none) until it has ended. False at the deadline.
bool follow(sys::Child& child, sys::UniqueFd& output, sys::UniqueFd& errors, Instant deadline,
            int interruption, Run& run) {
  while (true) {
    std::array<pollfd, 4> waiting{{{output.get(), POLLIN, 0},
                                   {errors.get(), POLLIN, 0},
                                   {child.pidfd(), POLLIN, 0},
                                   {interruption, POLLIN, 0}}};
    sys::poll(waiting, milliseconds_until(deadline));
    const auto now = steady_clock::now();
    if (waiting[3].revents != 0) throw Interrupted();
    if (waiting[0].revents != 0) {
      if (!drain(output.get(), run.output)) {
        output.reset();
      } else if (!run.first_byte) {
        run.first_byte = now;
      }
    }
    if (waiting[1].revents != 0 && !drain(errors.get(), run.errors)) errors.reset();
    if (waiting[2].revents != 0) {
      run.exit = now;
      return true;
    }
    if (now >= deadline) return false;
  }
}

Run run_until(const Arguments& command, std::chrono::seconds deadline, int interruption) {
  sys::Pipe output = sys::pipe();
  sys::Pipe errors = sys::pipe();
  sys::SpawnOptions options;
  options.output = output.write.get();
  options.error = errors.write.get();
  options.own_session = true;
  Run run;
  run.request = steady_clock::now();
  sys::Child child = sys::spawn(command, options);
  output.write.reset();
  errors.write.reset();
  bool ended = false;
  try {
    ended = follow(child, output.read, errors.read, run.request + deadline, interruption, run);
  } catch (...) {
    end(child);
    throw;
  }
  if (!ended) {
    end(child);
    run.exit = steady_clock::now();
    run.status = 124;
    run.errors += fmt::format("killed after {} s", deadline.count());
    return run;
  }
  run.status = child.wait().shell_code();
  if (output.read) drain_rest(output.read.get(), run.output);
  if (errors.read) drain_rest(errors.read.get(), run.errors);
  return run;
}

}  // namespace

void watch_for_interruption() {
  interruption() = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP});
}

int interruption_descriptor() {
  return interruption().get();
}

void pause_for(std::chrono::milliseconds duration) {
  pollfd waiting{interruption_descriptor(), POLLIN, 0};
  if (sys::poll({&waiting, 1}, static_cast<int>(duration.count())) > 0) throw Interrupted();
}

double Run::nanoseconds() const {
  return static_cast<double>(std::chrono::duration_cast<Nanoseconds>(exit - request).count());
}

Run timed_run(const Arguments& command, std::chrono::seconds deadline) {
  return run_until(command, deadline, interruption_descriptor());
}

void run_whatever_comes(const Arguments& command, std::chrono::seconds deadline) noexcept {
  try {
    run_until(command, deadline, -1);
  } catch (const std::exception&) {
    // The command could not even be started: nobody to tell.
  }
}

Run successful_run(const Arguments& command, std::chrono::seconds deadline) {
  Run run = timed_run(command, deadline);
  if (run.status != 0) {
    throw std::runtime_error(fmt::format("'{}' ended with status {}: {}", fmt::join(command, " "), run.status,
                                         run.errors.empty() ? run.output : run.errors));
  }
  return run;
}

std::string run_or_throw(const Arguments& command, std::chrono::seconds deadline) {
  return successful_run(command, deadline).output;
}

}  // namespace bench
