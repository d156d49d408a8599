// See engine.h: the verbs that end a container, freeze it or wait for it. Those that make
// processes stand in run.cpp and exec.cpp.
#include "mini-container/engine/engine.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <set>

#include "base/sys/file.h"
#include "mini-container/engine/at_work.h"
#include "mini-container/engine/cgroups.h"
#include "mini-container/engine/container_volumes.h"
#include "mini-container/engine/guests.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/volumes.h"
#include "mini-container/network/dns.h"

namespace engine {

namespace {
constexpr int kKilled = 128 + SIGKILL;
constexpr int kSoonMilliseconds = 5;

// Ids. Names with a dot are the runtime's own, a cache for example.
std::vector<std::string> states_of_runtime(const Paths& paths) {
  if (!sys::exists(paths.runtime_state)) return {};
  std::vector<std::string> ids = sys::list_directory(paths.runtime_state);
  std::erase_if(ids, [](const std::string& name) { return name.starts_with('.'); });
  return ids;
}
}  // namespace

Engine::Engine(const Paths& paths) : registry_(paths), images_(paths.store) {
  make_directories(paths);
}

Engine::Guardian Engine::reconcile_one(const std::string& id) {
  const auto lost = [](bool repaired) { return repaired ? Guardian::lost : Guardian::none; };
  const auto record = registry_.load(id);
  if (!record) return lost(registry_.remove_unfinished(id));
  if (!record->renamed_from.empty()) registry_.finish_renaming(id);
  if (record->at_rest()) return lost(registry_.finish_removal(*record));
  const sys::UniqueFd lock = registry_.try_lock(id);
  if (!lock) return Guardian::alive;
  // It may have ended properly between the look at its record and the lock.
  const auto container = registry_.load(id);
  if (!container || container->at_rest()) return Guardian::none;
  // ORDER: before the runtime is asked to delete; a `create` that is still at work would make what nobody takes down.
  end_runtimes_at_work(registry_.paths(), id);
  engine::finish(registry_, id, kKilled, lock.get(), "its guardian was killed");
  return Guardian::lost;
}

bool Engine::remove_orphan(const std::string& id) {
  const sys::UniqueFd lock = registry_.try_lock(id);
  if (!lock && sys::exists(registry_.directory(id) + "/lock")) return false;
  const auto record = registry_.load(id);
  const OciRuntime runtime =
      record ? runtime_of(registry_, *record)
             : OciRuntime(sibling_program("mini-runtime"), registry_.paths().runtime_state, "/dev/null");
  runtime.remove(id);
  return true;
}

std::vector<std::string> Engine::reconcile() {
  std::vector<std::string> repaired;
  std::set<std::string> guarded;
  for (const std::string& id : registry_.ids()) {
    try {
      const Guardian guardian = reconcile_one(id);
      if (guardian == Guardian::alive) guarded.insert(id);
      if (guardian == Guardian::lost)
        repaired.push_back(fmt::format("container {} had lost its guardian", short_id(id)));
    } catch (const RuntimeFailed& error) {
      // WHY not the end of the command: its runtime may have been taken from the host, and it is about others.
      guarded.insert(id);
      repaired.push_back(fmt::format("container {} cannot be taken down: {}", short_id(id), error.what()));
    }
  }
  for (const std::string& id : states_of_runtime(registry_.paths())) {
    if (!guarded.contains(id) && remove_orphan(id))
      repaired.push_back(fmt::format("container {} had been made for nobody", short_id(id)));
  }
  for (const std::string& name : Guests(registry_).tidy())
    repaired.push_back(fmt::format("guest {} had lost its machine", name));
  network::repair_dns(registry_.paths().network);
  Volumes(registry_).tidy();
  return repaired;
}

void Engine::request_stop(const Container& container) {
  if (container.settings.restart.name == "no") return;
  registry_.change(container.id, [](Container& record) { record.stop_requested = true; });
}

bool Engine::deliver(const OciRuntime& runtime, const Container& container, int signal) const {
  // ORDER: first the word, then the deed; its guardian may tell of the end a moment later.
  registry_.journal().add(container, "kill", {{"signal", std::to_string(signal)}});
  return runtime.kill(container.id, signal);
}

namespace {

// WHY: a frozen process keeps its signals for later, SIGKILL too (control groups v1). runc thaws for SIGKILL by itself, and
// refuses to resume what has ended meanwhile.
void thaw(const OciRuntime& runtime, const Paths& paths, const Container& container) {
  try {
    runtime.resume(container.id);
  } catch (const RuntimeFailed&) {
    if (is_frozen(cgroup_path(paths, container.id))) throw;
  }
}

}  // namespace

bool Engine::send(const Container& container, int signal) {
  const bool ending = signal == SIGKILL || signal == SIGTERM;
  // ORDER: before the signal, or its guardian could start it again.
  if (ending) request_stop(container);
  if (container.restarting()) return ending;
  const OciRuntime runtime = runtime_of(registry_, container);
  if (!container.running() || !deliver(runtime, container, signal)) return false;
  if (container.paused && ending) thaw(runtime, registry_.paths(), container);
  return true;
}

void Engine::kill(const Container& container, int signal) {
  if (send(container, signal)) return;
  throw std::runtime_error(
      fmt::format("Cannot kill container: {}: Container {} is not running. Next: mini-container ps -a",
                  container.name, container.id));
}

void Engine::stop(const Container& container, int signal, int seconds) {
  if (container.at_rest()) return;
  request_stop(container);
  const sys::UniqueFd process =
      container.running() ? sys::pidfd_open(static_cast<pid_t>(container.pid)) : sys::UniqueFd();
  if (process) {
    const OciRuntime runtime = runtime_of(registry_, container);
    deliver(runtime, container, signal);
    if (container.paused) thaw(runtime, registry_.paths(), container);
    pollfd polled = {process.get(), POLLIN, 0};
    if (sys::poll({&polled, 1}, seconds * 1000) == 0) deliver(runtime, container, SIGKILL);
  }
  // Its guardian lets the lock go when all is taken down.
  registry_.lock(container.id);
  registry_.journal().add(container, "stop");
}

void Engine::restart(const Container& container, int signal, int seconds) {
  stop(container, signal, seconds);
  start(registry_.get(container.id));
  registry_.journal().add(container, "restart");
}

namespace {

std::runtime_error not_running(const Container& container) {
  return std::runtime_error(fmt::format("Container {} is not running. Next: mini-container start {}",
                                        container.id, container.name));
}

}  // namespace

void Engine::pause(const Container& container) {
  if (!container.running()) throw not_running(container);
  if (container.paused) throw std::runtime_error(fmt::format("Container {} is already paused", container.id));
  runtime_of(registry_, container).pause(container.id);
  registry_.journal().add(container, "pause");
}

void Engine::unpause(const Container& container) {
  if (!container.paused) throw std::runtime_error(fmt::format("Container {} is not paused", container.id));
  runtime_of(registry_, container).resume(container.id);
  registry_.journal().add(container, "unpause");
}

int Engine::wait(const Container& container) {
  if (!container.running()) return container.exit_code;
  const sys::UniqueFd lock = sys::lock_file_if_present(registry_.directory(container.id) + "/lock");
  const std::string code = lock ? sys::read_at_start(lock.get()) : "";
  if (!code.empty()) return std::stoi(code);
  // The guardian was killed before it could say, or the disk was full.
  const auto record = registry_.load(container.id);
  return record && record->at_rest() ? record->exit_code : kKilled;
}

sys::UniqueFd Engine::end_and_lock(const std::string& id) {
  for (;;) {
    if (sys::UniqueFd lock = registry_.try_lock(id)) return lock;
    const auto record = registry_.load(id);
    if (!record) return {};
    if (record->running() || record->restarting()) {
      send(registry_.get(id), SIGKILL);
      return registry_.lock(id);
    }
    // Another command is starting it, or its guardian is about to let go.
    sys::poll({}, kSoonMilliseconds);
  }
}

void Engine::remove(const Container& container, bool force, bool volumes) {
  if (!container.at_rest() && !force) {
    throw std::runtime_error(fmt::format(
        "You cannot remove a {} container {}. {} before attempting removal or force remove. Next: "
        "mini-container rm -f {}",
        state_name(container), container.id,
        container.paused ? "Unpause and then stop the container" : "Stop the container", container.name));
  }
  const sys::UniqueFd lock = end_and_lock(container.id);
  const auto current = lock ? registry_.load(container.id) : std::nullopt;
  if (!current) return;
  if (!current->at_rest()) take_down(registry_, *current);
  if (volumes) remove_own_volumes(registry_, *current);
  registry_.remove(container.id);
  registry_.journal().add(*current, "destroy");
}

}  // namespace engine
