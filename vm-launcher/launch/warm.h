// The warm start: a VM boots once, is saved when its guest is ready, and each later VM of the same kind goes on from
// there. What must not be the same twice (random numbers, clock, name) is renewed before READY counts.
//
// ORDER: saved before the guest has heard of any command, environment or name, so a snapshot holds no run's secrets.
// Reads: docs/decisions/0029-warm-start.md, QEMU's migration.rst (x-ignore-shared).
#pragma once

#include <functional>
#include <string>

#include "vm-launcher/launch/launcher.h"
#include "vm-launcher/launch/warmth.h"
#include "vm-launcher/snapshot/store.h"

namespace vm {

// Why a machine boots instead; "" if it may be restored.
std::string why_cold(const Machine& machine, Warmth wish, bool root_is_a_file, bool embedded);

struct Beginner {
  Launcher& launcher;
  std::chrono::milliseconds deadline;
  std::function<void(const Boot&)> started;
  std::function<void(const std::string&)> say;
};

// A VM at READY, from the snapshot of its machine; makes that first if there is none. Throws std::runtime_error with the
// reason if neither can be done.
BootedVm restore(const Machine& machine, const Beginner& with, Timeline& timeline);

// How a VM began, for the report.
struct Began {
  BootedVm vm;
  bool warm = false;
  std::string why;
};
// From a snapshot, or by a boot if there is a reason for one: `why_cold`, or that the restore failed.
Began restore_or_boot(const Machine& machine, Warmth wish, std::string why_cold, const Beginner& with,
                      Timeline& timeline);

}  // namespace vm
