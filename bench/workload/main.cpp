// workload: the program that every platform of the benchmark runs, always the same file.
//
// It answers with one line of JSON on standard output. Exit status: 0 done, 1 a kernel call failed, 2 the
// arguments make no sense. Reads: clock_gettime(2), time_namespaces(7), signalfd(2).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "bench/workload/isolation.h"
#include "bench/workload/loops.h"

namespace {

constexpr const char* kFile = "--file";
constexpr const char* kName = "--name";

struct BadArguments : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// Both clocks of an instant. In a container CLOCK_REALTIME is the host's whatever its namespaces; in a
// virtual machine neither is.
struct Stamps {
  std::chrono::steady_clock::time_point monotonic;
  std::chrono::system_clock::time_point realtime;
};

// An option and what it is when it is not given. All but --file and --name are numbers.
using Values = std::map<std::string, std::string>;

std::uint64_t number(const Values& values, const std::string& option) {
  const std::string& text = values.at(option);
  const auto number = text::number<std::uint64_t>(text);
  if (!number || *number == 0 || *number > 1'000'000'000) {
    throw BadArguments(fmt::format("{} wants a number from 1 to 1000000000, not '{}'", option, text));
  }
  return *number;
}

// A line of the table is a command: a new loop is one more.
struct Command {
  const char* name;
  const char* help;
  Values defaults;
  std::function<std::string(const Values&)> answer;  // one line of JSON; "" says nothing
};

Values parse(const Command& command, const std::vector<std::string>& arguments) {
  Values values = command.defaults;
  for (std::size_t index = 0; index < arguments.size(); index += 2) {
    const std::string& option = arguments[index];
    if (index + 1 == arguments.size()) throw BadArguments(fmt::format("'{}' wants a value", option));
    const auto found = values.find(option);
    if (found == values.end()) throw BadArguments(fmt::format("{} has no option '{}'", command.name, option));
    found->second = arguments[index + 1];
  }
  for (const auto& [option, value] : values)
    if (option != kFile && option != kName) number(values, option);
  return values;
}

void say(const std::string& line) {
  sys::write_all(1, line + "\n");
}

std::string start_line(const Stamps& stamps) {
  const auto nanoseconds = [](auto instant) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(instant.time_since_epoch()).count();
  };
  return fmt::format(R"({{"monotonic_ns":{},"realtime_ns":{},"pid":{}}})", nanoseconds(stamps.monotonic),
                     nanoseconds(stamps.realtime), sys::getpid());
}

void idle() {
  // ORDER: before "ready", so that a SIGTERM sent on seeing it waits in the descriptor. A blocked signal also
  // reaches the first process of a pid namespace, which one with the default action does not.
  const sys::UniqueFd signals = sys::signal_descriptor({SIGTERM, SIGINT});
  say("ready");
  pollfd waiting{signals.get(), POLLIN, 0};
  while (sys::poll({&waiting, 1}, -1) == 0) {
  }
}

// A command whose one option is how much of it to do.
Command loop(const char* name, const char* help, const char* option, const char* amount,
             std::string (*run)(std::uint64_t)) {
  return {name, help, {{option, amount}}, [option, run](const Values& given) {
            return run(number(given, option));
          }};
}

std::vector<Command> commands(const Stamps& stamps) {
  using namespace workload;
  return {
      {"start",
       "the clocks that the first statement of main saw, and the pid",
       {},
       [&](const Values&) { return start_line(stamps); }},
      loop("cpu", "a fixed amount of integer and floating-point work", "--rounds", "10000", run_cpu),
      loop("library", "zlib packs some KiB of text and digests them", "--kilobytes", "1024", run_library),
      loop("stream", "copy, scale, add and triad over arrays of some MiB", "--megabytes", "16", run_stream),
      loop("chase", "loads of which each needs the one before, through 16 KiB to 32 MiB", "--count",
           "1000000", run_chase),
      loop("syscall", "a loop of a cheap kernel call", "--count", "100000", run_syscalls),
      loop("switches", "two processes that answer each other through pipes", "--count", "10000",
           run_switches),
      {"answer",
       "the other of the two: standard input to standard output",
       {{"--count", "10000"}},
       [](const Values& given) { return answer(0, 1, number(given, "--count")), std::string(); }},
      loop("faults", "new memory touched page by page", "--megabytes", "32", run_faults),
      {"disk",
       "writes a file, fsync, removes it",
       {{"--megabytes", "32"}, {kFile, "workload.tmp"}},
       [](const Values& given) { return run_disk(given.at(kFile), number(given, "--megabytes")); }},
      {"metadata",
       "creates, looks at and removes files in a new folder",
       {{"--count", "500"}, {kFile, "workload.tmp"}},
       [](const Values& given) { return run_metadata(given.at(kFile), number(given, "--count")); }},
      loop("spin", "uses one CPU, and says how much of it it got", "--milliseconds", "500", run_spin),
      {"isolation",
       "namespaces, kernel, processes, privileges seen from inside",
       {},
       [](const Values&) { return describe_isolation(); }},
      {"idle",
       "prints \"ready\", then waits for SIGTERM; its name is to be found by, in ps",
       {{kName, ""}},
       [](const Values&) { return idle(), std::string(); }},
      {"true", "does nothing", {}, [](const Values&) { return std::string(); }},
  };
}

std::string help(const std::vector<Command>& all) {
  std::string text =
      "Usage: workload COMMAND [OPTION VALUE]...\n\nThe same program for every platform of the benchmark. "
      "Prints one "
      "line of JSON.\n\nCommands:\n";
  for (const Command& command : all) {
    text += fmt::format("  {:<11} {}", command.name, command.help);
    for (const auto& [option, value] : command.defaults)
      text += fmt::format(" [{} {}]", option, value.empty() ? "TEXT" : value);
    text += "\n";
  }
  return text;
}

int run(const Stamps& stamps, const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw BadArguments("no command given");
  const auto all = commands(stamps);
  if (arguments.front() == "--help" || arguments.front() == "-h") return sys::write_all(1, help(all)), 0;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& one) { return one.name == arguments.front(); });
  if (found == all.end()) throw BadArguments(fmt::format("no command '{}'", arguments.front()));
  const std::string line = found->answer(parse(*found, {arguments.begin() + 1, arguments.end()}));
  if (!line.empty()) say(line);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Stamps stamps{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  try {
    return run(stamps, {argv + 1, argv + argc});
  } catch (const BadArguments& error) {
    sys::write_all(2, fmt::format("workload: {}; see workload --help\n", error.what()));
    return 2;
  } catch (const std::exception& error) {
    sys::write_all(2, fmt::format("workload: {}\n", error.what()));
    return 1;
  }
}
