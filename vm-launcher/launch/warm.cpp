// See warm.h.
#include "vm-launcher/launch/warm.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"

namespace vm {

namespace {

using namespace std::chrono_literals;

// A restore that has not answered by then never will.
constexpr auto kRestoreDeadline = 5s;
constexpr auto kSaveDeadline = 20s;

std::string migration_status(libvirt::Domain& domain) {
  const auto answer = nlohmann::json::parse(domain.monitor(R"({"execute": "query-migrate"})"));
  return answer.at("return").value("status", "none");
}

// WHY of a guest that runs, which QEMU stops by itself: the state then says "running", and a restored QEMU that is told to
// let its CPUs go while it still reads does so at the end. Of a stopped guest it would say "paused", and stay so.
// WHY polling: it happens once for each image, and QEMU needs some 10 ms for it.
void save_state(libvirt::Domain& domain, const std::string& file) {
  const sys::UniqueFd state = sys::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  keep_memory_apart(domain);
  domain.monitor(R"({"execute": "getfd", "arguments": {"fdname": "state"}})", state.get());
  domain.monitor(R"({"execute": "migrate", "arguments": {"uri": "fd:state"}})");
  const auto until = std::chrono::steady_clock::now() + kSaveDeadline;
  std::string status;
  while ((status = migration_status(domain)) != "completed") {
    if (status == "failed" || std::chrono::steady_clock::now() > until)
      throw std::runtime_error(fmt::format("QEMU could not save the VM: its migration is \"{}\"", status));
    sys::poll({}, 2);
  }
}

Snapshot make_snapshot(const Machine& machine, const Beginner& with) {
  const trace::Phase phase("save a snapshot",
                           "boot once with the memory in a file, and keep it for the next");
  SnapshotMaking making(machine);
  // Another process may have made it while this one waited.
  if (auto made = find_snapshot(machine)) return *made;
  Machine first = machine;
  first.beginning = Beginning::boot_to_save;
  first.memory_file = making.files().memory();
  BootedVm vm = with.launcher.boot(first, with.deadline, with.started, with.say);
  save_state(vm.boot->domain(), making.files().state());
  // ORDER: QEMU is gone before the files are vouched for; it had the memory mapped.
  vm.boot->end();
  return making.commit();
}

}  // namespace

std::string why_cold(const Machine& machine, Warmth wish, bool root_is_a_file, bool embedded) {
  if (wish == Warmth::cold) return "--cold";
  if (!machine.disks.empty()) return "it has disks, of which a snapshot's guest would know another state";
  if (!machine.shares.empty()) return "it shares folders, whose servers a snapshot's guest would not find";
  if (machine.network) return "it has a network, whose ports of the host differ from run to run";
  if (!embedded) return "--connect: another libvirt may not read the snapshots of this user";
  // WHY: such a file is mostly tried once, and the first start of a kind costs more than a boot.
  if (wish == Warmth::automatic && root_is_a_file)
    return "the root file system is a file; --warm saves such a VM too";
  return {};
}

BootedVm restore(const Machine& machine, const Beginner& with, Timeline& timeline) {
  auto snapshot = find_snapshot(machine);
  if (!snapshot) {
    snapshot = make_snapshot(machine, with);
    timeline.forget_boot();
  }
  Machine again = machine;
  again.beginning = Beginning::restore;
  again.memory_file = snapshot->memory();
  again.state_file = snapshot->state();
  BootFailure failure;
  BootedVm vm = with.launcher.try_boot(again, kRestoreDeadline, failure, with.started);
  if (vm.supervisor) return vm;
  if (failure.cancelled) throw Cancelled(failure.reason);
  timeline.forget_boot();
  forget_snapshot(*snapshot);
  throw std::runtime_error(fmt::format("the snapshot could not be restored and is forgotten: {}\n{}",
                                       failure.reason, failure.evidence));
}

Began restore_or_boot(const Machine& machine, Warmth wish, std::string why, const Beginner& with,
                      Timeline& timeline) {
  if (!why.empty() && wish == Warmth::warm)
    throw std::runtime_error(fmt::format("--warm: this VM cannot start from a snapshot: {}", why));
  try {
    if (why.empty()) return {restore(machine, with, timeline), true, "restored"};
  } catch (const Cancelled&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (wish == Warmth::warm) throw;
    why = error.what();
    with.say(fmt::format("{}booting instead", why));
  }
  return {with.launcher.boot(machine, with.deadline, with.started, with.say), false, why};
}

}  // namespace vm
