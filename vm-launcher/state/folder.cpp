// See folder.h.
#include "vm-launcher/state/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"

namespace vm {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestName = 28;

json to_json(const ProcessName& process) {
  return {{"pid", process.pid}, {"start_time", process.start_time}};
}

ProcessName process_from(const json& value) {
  return {value.at("pid").get<pid_t>(), value.at("start_time").get<std::uint64_t>()};
}

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

void remove_left_over(const std::string& folder) {
  const auto text = sys::read_file_if_present(folder + "/state.json");
  const auto state = text ? parse_state(*text) : std::nullopt;
  end(state && state->qemu.pid > 0 ? state->qemu : qemu_of_libvirt(folder));
  sys::remove_tree(folder);
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

// Removes the folder if its launcher is dead; true if it lives.
bool lives(const std::string& folder) {
  if (!sys::try_lock_file(folder + "/lock")) return true;
  remove_left_over(folder);
  return false;
}

}  // namespace

std::optional<ProcessName> name_process(pid_t pid) {
  const auto start = sys::start_time(pid);
  return start ? std::optional(ProcessName{pid, *start}) : std::nullopt;
}

bool alive(const ProcessName& process) {
  return process.pid > 0 && sys::start_time(process.pid) == process.start_time;
}

std::string to_json(const VmState& state) {
  const json value = {{"name", state.name},         {"status", state.status},
                      {"image", state.image},       {"command", state.command},
                      {"profile", state.profile},   {"accelerator", state.accelerator},
                      {"created", state.created},   {"launcher", to_json(state.launcher)},
                      {"qemu", to_json(state.qemu)}};
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<VmState> parse_state(const std::string& text) {
  try {
    const json value = json::parse(text);
    return VmState{value.at("name"),
                   value.at("status"),
                   value.at("image"),
                   value.at("command"),
                   value.at("profile"),
                   value.at("accelerator"),
                   value.at("created"),
                   process_from(value.at("launcher")),
                   process_from(value.at("qemu"))};
  } catch (const json::exception&) {
    return std::nullopt;
  }
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
  sys::mkdir(path_, 0700);
  lock_ = sys::try_lock_file(path_ + "/lock");
}

VmFolder::~VmFolder() {
  try {
    remove_shared_tree(path_);
  } catch (const std::exception& error) {
    // Left for the next command, whose sweep says why it cannot.
    trace::note(error.what());
  }
}

void VmFolder::remove() const {
  remove_shared_tree(path_);
}

void VmFolder::write(const VmState& state) const {
  // WHY without fsync: what runs does not outlive the host.
  sys::replace_file(file("state.json"), to_json(state), 0600);
}

std::vector<VmState> running_vms(const std::string& run_directory) {
  std::vector<VmState> result;
  const sys::UniqueFd all = lock_all(run_directory);
  for (const std::string& folder : folders(run_directory)) {
    if (!lives(folder)) continue;
    const auto text = sys::read_file_if_present(folder + "/state.json");
    if (auto state = text ? parse_state(*text) : std::nullopt) result.push_back(std::move(*state));
  }
  return result;
}

}  // namespace vm
