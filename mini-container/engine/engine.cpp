// See engine.h: the verbs but `run`, `start` and `exec`, which stand in run.cpp and exec.cpp.
#include "mini-container/engine/engine.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

#include "base/sys/file.h"
#include "mini-container/engine/names.h"

namespace engine {

namespace {
constexpr int kKilled = 128 + SIGKILL;
}

Engine::Engine(const Paths& paths) : registry_(paths), images_(paths.store) {
  make_directories(paths);
}

bool Engine::reconcile_one(const std::string& id) {
  const auto record = registry_.load(id);
  if (!record) return registry_.remove_unfinished(id);
  if (record->status == "exited") return false;
  const sys::UniqueFd lock = registry_.try_lock(id);
  if (!lock) return false;
  // It may have ended properly between the look at its record and the lock.
  auto container = registry_.load(id);
  if (!container || container->status == "exited") return false;
  const bool never_started = !container->running();
  container->error = "its guardian was killed";
  container->settings.remove = container->settings.remove || never_started;
  engine::finish(registry_, *container, kKilled, lock.get());
  return true;
}

std::vector<std::string> Engine::reconcile() {
  std::vector<std::string> repaired;
  for (const std::string& id : registry_.ids()) {
    if (reconcile_one(id))
      repaired.push_back(fmt::format("container {} had lost its guardian", short_id(id)));
  }
  return repaired;
}

bool Engine::kill(const Container& container, int signal) {
  if (!container.running()) return false;
  return runtime_of(registry_, container).kill(container.id, signal);
}

void Engine::stop(const Container& container, int seconds) {
  if (!container.running()) return;
  const sys::UniqueFd process = sys::pidfd_open(static_cast<pid_t>(container.pid));
  if (process) {
    const OciRuntime runtime = runtime_of(registry_, container);
    runtime.kill(container.id, SIGTERM);
    pollfd polled = {process.get(), POLLIN, 0};
    if (sys::poll({&polled, 1}, seconds * 1000) == 0) runtime.kill(container.id, SIGKILL);
  }
  // Its guardian lets the lock go when all is taken down.
  registry_.lock(container.id);
}

int Engine::wait(const Container& container) {
  if (!container.running()) return container.exit_code;
  const sys::UniqueFd lock = sys::lock_file_if_present(registry_.directory(container.id) + "/lock");
  const std::string code = lock ? sys::read_at_start(lock.get()) : "";
  // Empty: the guardian was killed before it could say.
  return code.empty() ? kKilled : std::stoi(code);
}

void Engine::remove(const Container& container, bool force) {
  if (container.running()) {
    if (!force) {
      throw std::runtime_error(fmt::format("container {} is running. Next: mini-container stop {}, or rm -f",
                                           container.name, container.name));
    }
    runtime_of(registry_, container).kill(container.id, SIGKILL);
  }
  const sys::UniqueFd lock = registry_.lock(container.id);
  if (!lock) return;
  const auto current = registry_.load(container.id);
  if (current && current->running()) take_down(registry_, *current);
  registry_.remove(container);
}

void Engine::finish(const std::string& id, int code, int lock) {
  if (auto container = registry_.load(id)) engine::finish(registry_, *container, code, lock);
}

}  // namespace engine
