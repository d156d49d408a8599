// See folder.h.
#include "vm-launcher/state/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <random>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"

namespace vm {

namespace {

constexpr std::size_t kLongestName = 28;

// Ends a process that was recorded, if it is still that process.
void end(const ProcessName& process) {
  const sys::UniqueFd pidfd = process.pid > 0 ? sys::pidfd_open(process.pid) : sys::UniqueFd();
  // ORDER: the descriptor first, then the check: what it names cannot change any more.
  if (pidfd && alive(process)) sys::pidfd_send_signal(pidfd.get(), SIGKILL);
}

// The pid that the embedded libvirt wrote before state.json knew it: a launcher may die in between.
ProcessName qemu_of_libvirt(const std::string& folder) {
  const auto text = sys::read_file_if_present(folder + "/lv/run/qemu/vm.pid");
  if (!text) return {};
  const auto process = name_process(std::atoi(text->c_str()));
  if (!process) return {};
  // Without a recorded start time the command line must prove that it is ours.
  const auto command = sys::read_file_if_present(fmt::format("/proc/{}/cmdline", process->pid));
  return command && command->find(folder) != std::string::npos ? *process : ProcessName{};
}

// WHY again and again: a thread of libvirt's may tidy the same folder at the same time, and a file that it takes first,
// or makes last, is no reason to fail.
void remove_shared_tree(const std::string& path) {
  constexpr int kTries = 100;
  for (int attempt = 1;; ++attempt) {
    try {
      sys::remove_tree(path);
      return;
    } catch (const sys::Error& error) {
      if ((error.error() != ENOENT && error.error() != ENOTEMPTY) || attempt == kTries) throw;
    }
    sys::poll({}, 1);
  }
}

// ORDER: what lies elsewhere first; a kill in between leaves the link, and so what is still to be done.
void remove_whole(const std::string& folder) {
  if (const auto disks = sys::readlink_if_present(folder + "/" + kDisksLink)) sys::remove_tree(*disks);
  remove_shared_tree(folder);
}

// Files of the folder that stay when a VM that is kept has ended.
bool outlives_run(const std::string& name) {
  static const std::vector<std::string> stay = {"lock",     "state.json",   kConfigFile, kConsoleLog,
                                                kOutputLog, kSupervisorLog, kDisksLink};
  // "output.log.1": the older half of a log.
  const std::string whole = name.ends_with(".1") ? name.substr(0, name.size() - 2) : name;
  return std::find(stay.begin(), stay.end(), whole) != stay.end();
}

void remove_run(const std::string& folder) {
  for (const std::string& name : sys::list_directory(folder))
    if (!outlives_run(name)) remove_shared_tree(fmt::format("{}/{}", folder, name));
}

std::optional<VmState> read_state(const std::string& folder) {
  const auto text = sys::read_file_if_present(folder + "/state.json");
  return text ? parse_state(*text) : std::nullopt;
}

void write_state(const std::string& folder, const VmState& state) {
  // WHY without fsync: what runs does not outlive the host.
  sys::replace_file(folder + "/state.json", to_json(state), 0600);
}

// Of a folder whose launcher is dead: nothing to do if it had ended before in good order.
void clean_up(const std::string& folder) {
  auto state = read_state(folder);
  if (state && state->kept && !state->active()) return;
  end(state && state->qemu.pid > 0 ? state->qemu : qemu_of_libvirt(folder));
  unplug(folder);
  if (!state || !state->kept) {
    remove_whole(folder);
    return;
  }
  remove_run(folder);
  state->status = "exited";
  state->exit_code = 128 + SIGKILL;
  state->trouble = "its supervisor was killed";
  state->finished = std::time(nullptr);
  state->launcher = state->qemu = {};
  write_state(folder, *state);
}

std::vector<std::string> folders(const std::string& run_directory) {
  std::vector<std::string> result;
  for (const std::string& name : sys::list_directory(run_directory)) {
    if (valid_name(name)) result.push_back(fmt::format("{}/{}", run_directory, name));
  }
  return result;
}

// Held while folders come and go, so that nobody sweeps a folder between its mkdir and its lock.
sys::UniqueFd lock_all(const std::string& run_directory) {
  return sys::lock_file(run_directory + "/.lock");
}

// Cleans up if its launcher is dead; true if it lives.
bool lives(const std::string& folder) {
  if (!sys::try_lock_file(folder + "/lock")) return true;
  clean_up(folder);
  return false;
}

// WHY waiting: the kernel closes what a process had open in an order of its own, so whoever heard its control socket
// close may be earlier than the lock is free.
sys::UniqueFd lock_soon(const std::string& path) {
  constexpr int kTries = 100, kPauseMs = 10;
  for (int attempt = 1; attempt < kTries; ++attempt) {
    if (sys::UniqueFd lock = sys::try_lock_file(path)) return lock;
    sys::poll({}, kPauseMs);
  }
  return sys::try_lock_file(path);
}

}  // namespace

std::optional<ProcessName> name_process(pid_t pid) {
  const auto start = sys::start_time(pid);
  return start ? std::optional(ProcessName{pid, *start}) : std::nullopt;
}

bool alive(const ProcessName& process) {
  return process.pid > 0 && sys::start_time(process.pid) == process.start_time;
}

bool valid_name(const std::string& name) {
  const auto fit = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-'; };
  return !name.empty() && name.size() <= kLongestName &&
         std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
         std::all_of(name.begin(), name.end(), fit);
}

VmFolder::VmFolder(const std::string& run_directory, const std::string& name)
    : path_(run_directory + "/" + name) {
  if (!valid_name(name)) {
    throw std::runtime_error(
        fmt::format("--name {}: at most {} letters, digits, '_', '.' or '-', a letter or digit first", name,
                    kLongestName));
  }
  const sys::UniqueFd all = lock_all(run_directory);
  if (sys::exists(path_) && lives(path_)) {
    throw std::runtime_error(
        fmt::format("a VM named {} runs already; stop it: vm-launcher stop {}", name, name));
  }
  if (sys::exists(path_)) {
    throw std::runtime_error(
        fmt::format("there is a VM named {} already; remove it: vm-launcher rm {}", name, name));
  }
  sys::mkdir(path_, 0700);
  lock_ = sys::try_lock_file(path_ + "/lock");
}

VmFolder VmFolder::of_existing(const std::string& run_directory, const std::string& name) {
  const sys::UniqueFd all = lock_all(run_directory);
  const std::string path = run_directory + "/" + name;
  if (!valid_name(name) || !sys::exists(path)) throw std::runtime_error("No such VM: " + name);
  sys::UniqueFd lock = lock_soon(path + "/lock");
  if (!lock) throw std::runtime_error(fmt::format("VM {} runs already", name));
  clean_up(path);
  if (!sys::exists(path)) throw std::runtime_error("No such VM: " + name);
  VmFolder folder(path, std::move(lock));
  folder.keep();
  return folder;
}

VmFolder::VmFolder(VmFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      lock_(std::move(other.lock_)),
      port_(std::move(other.port_)),
      kept_(other.kept_) {}

VmFolder::~VmFolder() {
  if (path_.empty()) return;
  try {
    leave();
  } catch (const std::exception& error) {
    // Left for the next command, whose sweep says why it cannot.
    trace::note(error.what());
  }
}

void VmFolder::leave() const {
  unplug(path_);
  if (!kept_) return remove_whole(path_);
  if (sys::exists(path_)) remove_run(path_);
}

void VmFolder::plug(const std::string& network, const std::vector<std::string>& published) {
  port_ = vm::plug(path_, network, published);
}

void VmFolder::remove() {
  kept_ = false;
  leave();
}

std::string VmFolder::disks(const std::string& home) const {
  const auto known = sys::readlink_if_present(file(kDisksLink));
  const std::string place = known.value_or(fmt::format("{}/{}-{:08x}", home, name(), std::random_device()()));
  if (!known) sys::symlinkat(place, AT_FDCWD, file(kDisksLink));
  sys::mkdir_parents(place, 0700);
  return place;
}

void VmFolder::write(const VmState& state) const {
  write_state(path_, state);
}

std::vector<VmState> known_vms(const std::string& run_directory) {
  std::vector<VmState> result;
  const sys::UniqueFd all = lock_all(run_directory);
  for (const std::string& folder : folders(run_directory)) {
    lives(folder);
    if (auto state = read_state(folder)) result.push_back(std::move(*state));
  }
  return result;
}

std::vector<VmState> running_vms(const std::string& run_directory) {
  std::vector<VmState> result = known_vms(run_directory);
  std::erase_if(result, [](const VmState& state) { return !state.active(); });
  return result;
}

VmState known_vm(const std::string& run_directory, const std::string& name) {
  for (VmState& state : known_vms(run_directory))
    if (state.name == name) return std::move(state);
  throw std::runtime_error("No such VM: " + name);
}

}  // namespace vm
