// See engine.h.
#include "bench/platforms/engine.h"

#include <fmt/format.h>

namespace bench {

namespace {

using namespace std::chrono_literals;

// Of hundreds of containers, or an image with as many files as there are.
constexpr auto kRemovalDeadline = 300s;

}  // namespace

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Arguments Engine::command(const Arguments& program) {
  return client(joined(joined(joined({"run", "--rm"}, run_flags()), {kImage}), program));
}

std::optional<Arguments> Engine::command_with_shares(const Arguments& program, int shares) {
  const Arguments run = {"run", "--rm", "--cpu-shares", std::to_string(shares)};
  return client(joined(joined(joined(run, run_flags()), {kImage}), program));
}

Arguments Engine::run_detached(const std::string& name, const Arguments& program) const {
  return client(joined(joined(joined({"run", "--detach", "--name", name}, run_flags()), {kImage}), program));
}

Arguments Engine::pull(const std::string& reference) const {
  return client(joined(joined({"pull"}, pull_flags()), {reference}));
}

std::string Engine::next_name() {
  return fmt::format("bench-{}", ++names_);
}

void Engine::remove_containers(const std::vector<std::string>& names) const {
  if (!names.empty()) run_whatever_comes(client(joined({"rm", "--force"}, names)), kRemovalDeadline);
}

void Engine::remove_image(const std::string& name) const {
  run_whatever_comes(client({"rmi", "--force", name}), kRemovalDeadline);
}

}  // namespace bench
