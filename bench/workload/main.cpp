// workload: the program that every platform of the benchmark runs, always the same file.
//
// It answers with one line of JSON on standard output. Exit status: 0 done, 1 a kernel call failed, 2 the
// arguments make no sense. Reads: clock_gettime(2), time_namespaces(7), signalfd(2).
#include <fmt/format.h>

#include <chrono>
#include <csignal>
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

constexpr std::string_view kHelp = R"(Usage: workload COMMAND [OPTION VALUE]...

The same program for every platform of the benchmark. Prints one line of JSON.

Commands:
  start       the clocks that the first statement of main saw, and the pid
  cpu         a fixed amount of integer and floating-point work   [--rounds N]      default 10000
  syscall     a loop of a cheap kernel call                       [--count N]       default 100000
  disk        writes a file, fsync, removes it                    [--megabytes N]   default 32
                                                                  [--file PATH]     default ./workload.tmp
  isolation   namespaces, kernel, processes, privileges seen from inside
  idle        prints "ready", then waits for SIGTERM              [--name TEXT]     to be found by, in ps
  true        does nothing
)";

struct BadArguments : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// Both clocks of an instant. In a container CLOCK_REALTIME is the host's whatever its namespaces; in a
// virtual machine neither is.
struct Stamps {
  std::chrono::steady_clock::time_point monotonic;
  std::chrono::system_clock::time_point realtime;
};

struct Options {
  std::uint64_t rounds = 10000;
  std::uint64_t count = 100000;
  std::uint64_t megabytes = 32;
  std::string file = "workload.tmp";
};

std::uint64_t positive_number(const std::string& option, const std::string& text) {
  const auto number = text::number<std::uint64_t>(text);
  if (!number || *number == 0 || *number > 1'000'000'000) {
    throw BadArguments(fmt::format("{} wants a number from 1 to 1000000000, not '{}'", option, text));
  }
  return *number;
}

Options parse(const std::string& command, const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t index = 0; index < arguments.size(); index += 2) {
    const std::string& option = arguments[index];
    const std::string wanted = fmt::format("{} {}", command, option);
    const bool has_value = index + 1 < arguments.size();
    const std::string value = has_value ? arguments[index + 1] : std::string();
    if (!has_value) throw BadArguments(fmt::format("'{}' wants a value", option));
    if (wanted == "cpu --rounds") {
      options.rounds = positive_number(option, value);
    } else if (wanted == "syscall --count") {
      options.count = positive_number(option, value);
    } else if (wanted == "disk --megabytes") {
      options.megabytes = positive_number(option, value);
    } else if (wanted == "disk --file") {
      options.file = value;
    } else if (wanted == "idle --name") {
      // Only to be seen on the command line: whoever started it can tell it from others.
    } else {
      throw BadArguments(fmt::format("{} has no option '{}'", command, option));
    }
  }
  return options;
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

int run(const Stamps& stamps, const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw BadArguments("no command given");
  const std::string& command = arguments.front();
  if (command == "--help" || command == "-h") return sys::write_all(1, kHelp), 0;
  const Options options = parse(command, {arguments.begin() + 1, arguments.end()});
  if (command == "start") {
    say(start_line(stamps));
  } else if (command == "cpu") {
    say(workload::run_cpu(options.rounds));
  } else if (command == "syscall") {
    say(workload::run_syscalls(options.count));
  } else if (command == "disk") {
    say(workload::run_disk(options.file, options.megabytes));
  } else if (command == "isolation") {
    say(workload::describe_isolation());
  } else if (command == "idle") {
    idle();
  } else if (command != "true") {
    throw BadArguments(fmt::format("no command '{}'", command));
  }
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
