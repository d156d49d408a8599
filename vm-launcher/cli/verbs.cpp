// See verbs.h. list, stop and console: through the folder and the control socket of another launcher process.
#include "vm-launcher/cli/verbs.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/snapshot/store.h"
#include "vm-launcher/state/folder.h"

namespace vm {

namespace {

constexpr char kEscape = 0x1d;  // Ctrl-]

// Connects to the launcher of a VM that runs; says so and returns an empty descriptor if there is none.
sys::UniqueFd reach(const std::string& name) {
  for (const VmState& state : running_vms(run_directory())) {
    if (state.name == name) return sys::connect_unix(run_directory() + "/" + name + "/control");
  }
  say(fmt::format("no VM named {} runs; see vm-launcher list", name));
  return {};
}

std::string age(std::int64_t created) {
  const std::int64_t seconds = std::time(nullptr) - created;
  return seconds < 120 ? fmt::format("{} s", seconds) : fmt::format("{} min", seconds / 60);
}

}  // namespace

int list(bool json) {
  const auto states = running_vms(run_directory());
  if (json) {
    nlohmann::json all = nlohmann::json::array();
    for (const VmState& state : states)
      all.push_back(nlohmann::json::parse(to_json(state)));
    fmt::print("{}\n", all.dump(2));
    return 0;
  }
  static constexpr char kRow[] = "{:<20} {:<9} {:<8} {:<6} {:>8} {:>8}  {:<16} {}\n";
  fmt::print(kRow, "NAME", "STATUS", "PROFILE", "ACCEL", "QEMU", "AGE", "IMAGE", "COMMAND");
  for (const VmState& state : states) {
    fmt::print(kRow, state.name, state.status, state.profile, state.accelerator, state.qemu.pid,
               age(state.created), state.image, fmt::format("{}", fmt::join(state.command, " ")));
  }
  return 0;
}

int stop(const std::string& name, int grace_s) {
  const sys::UniqueFd control = reach(name);
  if (!control) return 1;
  sys::write_all(control.get(), fmt::format("stop {}\n", grace_s));
  // The launcher closes the socket when nothing of the VM is left.
  sys::read_to_end(control.get());
  fmt::print("{}\n", name);
  return 0;
}

int prune() {
  const std::size_t count = forget_snapshots();
  fmt::print("{} snapshot{} removed\n", count, count == 1 ? "" : "s");
  return 0;
}

int console(const std::string& name) {
  const sys::UniqueFd control = reach(name);
  if (!control) return 1;
  sys::write_all(control.get(), "console\n");
  const sys::RawMode raw(0);
  bool typing = true;
  while (true) {
    pollfd entries[] = {{control.get(), POLLIN, 0}, {typing ? 0 : -1, POLLIN, 0}};
    sys::poll(entries, -1);
    char buffer[4096];
    if (entries[0].revents != 0) {
      const std::size_t count = sys::read(control.get(), buffer);
      if (count == 0) return 0;
      sys::write_all(1, {buffer, count});
    }
    if (entries[1].revents != 0) {
      const std::string_view typed(buffer, sys::read(0, buffer));
      typing = !typed.empty();
      if (typed.find(kEscape) != std::string_view::npos) return 0;
      if (typing) sys::write_all(control.get(), typed);
    }
  }
}

}  // namespace vm
