// See kvm.h.
#include "vm-launcher/launch/kvm.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "vm-launcher/cache/paths.h"

namespace vm {

namespace {

using nlohmann::json;

constexpr char kDevice[] = "/dev/kvm";
constexpr char kQemu[] = "/usr/bin/qemu-system-x86_64";
constexpr auto kDeadline = std::chrono::seconds(10);

std::string cache_file() {
  return cache_directory() + "/kvm-verdict.json";
}

// What the verdict was found for; another value means another question.
json question(const GuestKernel& kernel) {
  return {{"boot", boot_id()}, {"kernel", kernel.release}, {"qemu", file_stamp(kQemu)}};
}

void keep(const KvmVerdict& verdict, const GuestKernel& kernel) {
  const json value = {{"question", question(kernel)},
                      {"usable", verdict.usable},
                      {"host_cpu", verdict.host_cpu},
                      {"reason", verdict.reason},
                      {"evidence", verdict.evidence}};
  sys::write_file_atomically(cache_file(), value.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace

std::optional<KvmVerdict> kvm_ruled_out() {
  if (!sys::exists(kDevice)) return KvmVerdict{false, true, "there is no /dev/kvm", "", false};
  try {
    sys::open(kDevice, O_RDWR);
  } catch (const sys::Error& error) {
    return KvmVerdict{false, true, fmt::format("/dev/kvm cannot be opened: {}", error.what()), "", false};
  }
  return std::nullopt;
}

std::optional<KvmVerdict> cached_kvm_verdict(const GuestKernel& kernel) {
  const auto text = sys::read_file_if_present(cache_file());
  if (!text) return std::nullopt;
  try {
    const json value = json::parse(*text);
    if (value.at("question") != question(kernel)) return std::nullopt;
    return KvmVerdict{value.at("usable"), value.at("host_cpu"), value.at("reason"), value.at("evidence"),
                      true};
  } catch (const json::exception&) {
    return std::nullopt;  // not ours, or half written by something else: probe again
  }
}

namespace {

struct Try {
  bool ready = false;
  double seconds = 0;
  BootFailure failure;
};

Try try_kvm(Launcher& launcher, const GuestKernel& kernel, bool host_cpu) {
  RootSource nothing;
  nothing.nothing = true;
  Machine machine;
  machine.name = "vm";
  machine.accelerator = Accelerator::kvm;
  machine.host_cpu = host_cpu;
  machine.kernel = kernel.vmlinux;
  machine.initrd = ensure_initramfs(nothing, kernel, {}).path;
  const auto start = std::chrono::steady_clock::now();
  Try result;
  const BootedVm vm = launcher.try_boot(machine, kDeadline, result.failure);
  result.ready = vm.supervisor != nullptr;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace

KvmVerdict probe_kvm(Launcher& launcher, const GuestKernel& kernel) {
  const trace::Phase phase("probe KVM", "only a guest kernel that reached READY proves that KVM works here");
  KvmVerdict verdict;
  BootFailure last;
  // WHY twice: inside another hypervisor QEMU may be unable to hand on the host's processor, and yet able to run.
  for (const bool host_cpu : {true, false}) {
    const Try attempt = try_kvm(launcher, kernel, host_cpu);
    last = attempt.failure;
    const std::string processor =
        host_cpu ? "with the host's processor model" : "with a plain processor model";
    if (attempt.ready) {
      verdict.usable = true;
      verdict.host_cpu = host_cpu;
      verdict.reason =
          fmt::format("the guest kernel reached READY in {:.2f} s {}", attempt.seconds, processor);
      break;
    }
    verdict.reason = attempt.failure.reason;
    verdict.evidence += fmt::format("{}: {} (after {:.1f} s)\n{}", processor, attempt.failure.reason,
                                    attempt.seconds, attempt.failure.evidence);
    if (last.cancelled) return verdict;
  }
  keep(verdict, kernel);
  return verdict;
}

KvmVerdict kvm_verdict(Launcher& launcher, const GuestKernel& kernel) {
  if (auto verdict = kvm_ruled_out()) return *verdict;
  if (auto verdict = cached_kvm_verdict(kernel)) return *verdict;
  return probe_kvm(launcher, kernel);
}

}  // namespace vm
