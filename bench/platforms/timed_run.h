// One run of a command, seen from outside: when it was asked for, when its first byte came, when it had ended.
//
// Ctrl-C must leave nothing running, so commands run in a session of their own, where the terminal does not
// reach them, and are ended by us in order.
// Reads: posix_spawn(3), poll(2), pidfd_open(2), signalfd(2), setsid(2).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

using Arguments = std::vector<std::string>;
// An instant of CLOCK_MONOTONIC.
using Instant = std::chrono::steady_clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

struct Run {
  Instant request;                    // just before the command was started
  std::optional<Instant> first_byte;  // of its standard output
  Instant exit;                       // seen
  std::string output;
  std::string errors;
  int status = 0;                             // as a shell reports it
  std::map<std::string, Nanoseconds> stages;  // what the platform itself reports, since the request
  // From the request to the end, as a value of the results.
  double nanoseconds() const;
};

// SIGINT or SIGTERM came: whoever holds something that runs lets go of it.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};
// Once, before anything is started: from then on SIGINT and SIGTERM are read by waits of the benchmark.
void watch_for_interruption();
// Sleeps, or throws Interrupted at once when a signal comes.
void pause_for(std::chrono::milliseconds duration);

// Runs to the end, or kills it at the deadline (status 124, as timeout(1)).
Run timed_run(const Arguments& command, std::chrono::seconds deadline);
// The same for a command that must succeed; throws std::runtime_error with what it printed.
Run successful_run(const Arguments& command, std::chrono::seconds deadline);
// For what a command leaves to be removed: runs to the end although a signal came, and tells of no failure.
void run_whatever_comes(const Arguments& command, std::chrono::seconds deadline) noexcept;
// successful_run(), of which only the output is wanted.
std::string run_or_throw(const Arguments& command, std::chrono::seconds deadline = std::chrono::seconds(60));

// The descriptor that becomes readable on interruption; -1 when nobody watches.
int interruption_descriptor();

}  // namespace bench
