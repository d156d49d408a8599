// `vm-launcher doctor`: what this host offers a VM, with the evidence. Declared in verbs.h.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cache/program.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/connection/embedded.h"
#include "vm-launcher/launch/kvm.h"

namespace vm::cli {

namespace {

constexpr char kQemu[] = "/usr/bin/qemu-system-x86_64";

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

KvmVerdict verdict(bool refresh) {
  const GuestKernel kernel = ensure_kernel(say);
  if (auto ruled_out = kvm_ruled_out()) return *ruled_out;
  if (auto known = refresh ? std::nullopt : cached_kvm_verdict(kernel)) return *known;
  Timeline timeline;
  Launcher launcher(VmFolder(run_directory(), fmt::format("doctor-{}", sys::getpid())), "", timeline);
  return probe_kvm(launcher, kernel);
}

}  // namespace

namespace {

using Facts = nlohmann::ordered_json;

struct Options {
  std::string format = "text";
  bool refresh = false;
};

Facts facts_of_host(bool refresh) {
  sys::set_child_subreaper();
  Facts facts;
  const bool has_qemu = sys::exists(kQemu);
  facts["qemu"] =
      has_qemu ? first_line(output_of({kQemu, "--version"})) : "missing: apt-get install qemu-system-x86";
  const std::string daemon = libvirt::running_daemon();
  facts["libvirt"] =
      daemon.empty() ? "embedded in vm-launcher, no daemon needed" : "embedded; a daemon runs too: " + daemon;
  if (has_qemu) {
    const KvmVerdict kvm = verdict(refresh);
    facts["kvm"] = {
        {"usable", kvm.usable}, {"reason", kvm.reason}, {"evidence", kvm.evidence}, {"cached", kvm.cached}};
    facts["accelerator"] = kvm.usable ? "kvm" : "tcg";
    facts["consequence"] = kvm.usable ? "VMs run on the processor itself"
                                      : "VMs are emulated (TCG): slower CPU, and every timing is marked tcg";
  }
  return facts;
}

void print(const Facts& facts) {
  fmt::print("qemu         {}\nlibvirt      {}\n", std::string(facts["qemu"]), std::string(facts["libvirt"]));
  if (!facts.contains("kvm")) return;
  fmt::print("kvm          {}: {}{}\n", facts["kvm"]["usable"] ? "usable" : "not usable",
             std::string(facts["kvm"]["reason"]),
             facts["kvm"]["cached"] ? " (probed earlier in this boot of the host)" : "");
  if (const std::string evidence = facts["kvm"]["evidence"]; !evidence.empty())
    fmt::print("evidence     {}\n", evidence);
  fmt::print("consequence  {}\n", std::string(facts["consequence"]));
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_verb(app, {"doctor", "What this host can do, and the proof",
                                     "doctor\ndoctor --refresh\ndoctor --format json",
                                     "/dev/kvm proves nothing, so the guest's kernel is booted on it, once "
                                     "per boot of the host, and has to "
                                     "reach READY before a deadline."});
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->add_flag("--refresh", options->refresh, "Probe KVM again");
  command->final_callback([options, &context] {
    const Facts facts = facts_of_host(options->refresh);
    context.exit_code = 0;
    if (options->format == "text") return print(facts);
    fmt::print("{}\n", facts.dump(2, ' ', false, Facts::error_handler_t::replace));
  });
}

}  // namespace vm::cli
