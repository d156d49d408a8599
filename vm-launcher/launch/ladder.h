// `vm-launcher boot`: what one boot consists of, and what each word of the kernel's command line and each choice of the
// machine is worth, measured by leaving it out. Reads: docs/vm-on-real-kvm.md, kernel-parameters.rst (initcall_debug).
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/domain/machine.h"
#include "vm-launcher/launch/launcher.h"

namespace vm {

// A machine that differs from the plain one in one thing.
struct Variant {
  std::string name;  // "without audit"; empty for the plain one
  Machine machine;
};
// What to try beside the plain machine, each alone.
struct Choices {
  std::vector<std::string> without;     // words of the kernel's command line
  std::vector<std::string> with;        // the same, added
  std::vector<std::string> processors;  // QEMU's names
  std::vector<std::string>
      kernels;  // files: a bzImage, say, which QEMU enters through firmware and unpacks itself
  std::vector<std::string> initrds;  // files: the same initramfs, compressed
  std::vector<unsigned> tb_caches;   // MiB

  bool any() const;
};
// Throws std::runtime_error for a word that the machine does not have, or cannot boot without.
std::vector<Variant> variants_of(const Machine& plain, const Choices& choices);

// A function that the kernel calls while it starts, and how long that took by the kernel's own clock.
struct Initcall {
  std::string name;
  double milliseconds = 0;
};
// From a console on which the kernel wrote with initcall_debug; longest first.
std::vector<Initcall> initcalls_in(const std::string& console);

// When what happened in one boot, in milliseconds since libvirt was asked for the VM. What was not seen is absent.
struct Ladder {
  double qemu = 0;                   // QEMU is set up, and its CPUs are let go
  std::optional<double> kernel;      // the kernel's clock starts
  std::optional<double> first_task;  // guest-init, PID 1
  double ready = 0;
  std::vector<Initcall> initcalls;  // of a second boot, which is slower by the telling
};
Ladder climb(Launcher& launcher, const Machine& machine, Timeline& timeline);

// Milliseconds from libvirt's call to READY: `repetitions` of each variant, taken in turn. Whoever does not reach READY
// has fewer.
struct Measured {
  std::string name;
  std::vector<double> ready_ms;
  int failed = 0;
  std::string why;  // the last of them did
};
std::vector<Measured> measure(Launcher& launcher, const std::vector<Variant>& variants, int repetitions);

}  // namespace vm
