// See store.h.
#include "vm-launcher/snapshot/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "base/sys/file.h"
#include "vm-launcher/cache/paths.h"

namespace vm {

namespace {

using nlohmann::json;

constexpr char kQemu[] = "/usr/bin/qemu-system-x86_64";
constexpr std::string_view kUnfinished = ".making";
constexpr std::size_t kKept = 4;

std::string folder_for(const std::string& home, const std::string& question) {
  return fmt::format("{}/{:016x}", home, std::hash<std::string>{}(question));
}

std::string manifest(const Snapshot& snapshot, const std::string& question) {
  const json value = {{"question", question},
                      {"memory", file_stamp(snapshot.memory())},
                      {"state", file_stamp(snapshot.state())}};
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

bool is_snapshot(const std::string& name) {
  return name != "lock" && !name.ends_with(kUnfinished);
}

// The oldest go; `made` stays, whatever the clock says of it.
void keep_a_few(const std::string& home, const std::string& made) {
  std::vector<std::pair<timespec, std::string>> others;
  for (const std::string& name : sys::list_directory(home)) {
    std::string path = fmt::format("{}/{}", home, name);
    const auto status = is_snapshot(name) && path != made ? sys::stat_if_present(path) : std::nullopt;
    if (status) others.emplace_back(status->st_mtim, std::move(path));
  }
  std::sort(others.begin(), others.end(), [](const auto& left, const auto& right) {
    return std::tie(left.first.tv_sec, left.first.tv_nsec) >
           std::tie(right.first.tv_sec, right.first.tv_nsec);
  });
  for (std::size_t index = kKept - 1; index < others.size(); ++index)
    sys::remove_tree(others[index].second);
}

}  // namespace

std::string snapshot_question(const Machine& machine) {
  Machine plain = machine;
  plain.beginning = Beginning::boot;
  plain.console_socket = plain.agent_socket = "";
  // Of a host that changes its frequency, another number each time; a guest that goes on has its clock already.
  plain.host_khz = 0;
  return fmt::format("{}kernel {}\ninitramfs {}\nqemu {}\nhost boot {}\n", domain_xml(plain),
                     file_stamp(machine.kernel), file_stamp(machine.initrd), file_stamp(kQemu), boot_id());
}

std::string snapshot_home() {
  const std::string path = cache_directory() + "/snapshots";
  // Memory of guests: for nobody else's eyes.
  sys::mkdir_parents(path, 0700);
  return path;
}

std::optional<Snapshot> find_snapshot(const Machine& machine, const std::string& home) {
  const std::string question = snapshot_question(machine);
  const Snapshot snapshot{folder_for(home, question)};
  const auto text = sys::read_file_if_present(snapshot.folder + "/manifest.json");
  if (!text || !sys::exists(snapshot.memory()) || !sys::exists(snapshot.state())) return std::nullopt;
  // All of it at once: the same question, and files as they were when it was made.
  return *text == manifest(snapshot, question) ? std::optional(snapshot) : std::nullopt;
}

void forget_snapshot(const Snapshot& snapshot) {
  sys::remove_tree(snapshot.folder);
}

std::size_t forget_snapshots(const std::string& home) {
  const sys::UniqueFd lock = sys::lock_file(home + "/lock");
  std::size_t count = 0;
  for (const std::string& name : sys::list_directory(home)) {
    if (name == "lock") continue;
    count += is_snapshot(name) ? 1 : 0;
    sys::remove_tree(fmt::format("{}/{}", home, name));
  }
  return count;
}

SnapshotMaking::SnapshotMaking(const Machine& machine, const std::string& home)
    : home_(home),
      question_(snapshot_question(machine)),
      final_(folder_for(home, question_)),
      lock_(sys::lock_file(home + "/lock")),
      files_{final_ + std::string(kUnfinished)} {
  // Left by one that was killed: the lock says that nobody makes it.
  for (const std::string& name : sys::list_directory(home))
    if (name.ends_with(kUnfinished)) sys::remove_tree(fmt::format("{}/{}", home, name));
  sys::mkdir(files_.folder, 0700);
}

SnapshotMaking::~SnapshotMaking() {
  try {
    sys::remove_tree(files_.folder);
  } catch (const std::exception& error) {
    trace::note(error.what());
  }
}

Snapshot SnapshotMaking::commit() {
  // ORDER: the manifest after the files it vouches for, the name after the manifest.
  sys::write_file_atomically(files_.folder + "/manifest.json", manifest(files_, question_), 0600);
  sys::remove_tree(final_);
  sys::rename(files_.folder, final_);
  keep_a_few(home_, final_);
  return {final_};
}

}  // namespace vm
