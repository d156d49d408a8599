// See hooks.h.
#include "mini-container/runtime/process/hooks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>

#include "base/sys/process.h"

namespace process {

namespace {

using Clock = std::chrono::steady_clock;

// For poll(2): 0 once `deadline` has passed.
int milliseconds_until(Clock::time_point deadline) {
  constexpr long long kLongest = std::numeric_limits<int>::max();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, kLongest));
}

// False when `timeout` seconds passed; nullopt waits without end.
bool wait_for_end(const sys::Child& child, std::optional<int> timeout) {
  const auto deadline = Clock::now() + std::chrono::seconds(timeout.value_or(0));
  pollfd ended{child.pidfd(), POLLIN, 0};
  int left = -1;  // milliseconds
  do {
    if (timeout) left = milliseconds_until(deadline);
    // WHY: again, since a signal too ends the wait.
    if (sys::poll({&ended, 1}, left) > 0) return true;
  } while (left != 0);
  return false;
}

void run_hook(const spec::Hook& hook, const std::string& member, const std::string& state) {
  // A file instead of a pipe: the hook may ignore it, and nobody has to feed it.
  const sys::UniqueFd input = sys::memfd_create("state");
  sys::write_all(input.get(), state);
  sys::rewind(input.get());
  sys::SpawnOptions options;
  options.program = hook.path;
  options.input = input.get();
  options.output = 1;
  options.clean_environment = hook.env.has_value();
  options.environment = hook.env.value_or(std::vector<std::string>());
  const std::vector<std::string> arguments = hook.args.empty() ? std::vector{hook.path} : hook.args;
  sys::Child child = sys::spawn(arguments, options);
  if (!wait_for_end(child, hook.timeout)) {
    throw std::runtime_error(fmt::format("{}: {} did not end within {} s", member, hook.path, *hook.timeout));
  }
  const sys::ExitStatus status = child.wait();
  if (status.shell_code() != 0) {
    throw std::runtime_error(fmt::format("{}: {} ended with {}", member, hook.path, status.shell_code()));
  }
}

}  // namespace

void run_hooks(const std::vector<spec::Hook>& hooks, const std::string& member, const std::string& state) {
  for (std::size_t i = 0; i < hooks.size(); ++i)
    run_hook(hooks[i], fmt::format("{}[{}]", member, i), state);
}

std::vector<std::string> run_hooks_to_the_end(const std::vector<spec::Hook>& hooks, const std::string& member,
                                              const std::string& state) {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    try {
      run_hook(hooks[i], fmt::format("{}[{}]", member, i), state);
    } catch (const std::exception& error) {
      warnings.emplace_back(error.what());
    }
  }
  return warnings;
}

}  // namespace process
