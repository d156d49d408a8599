// See ladder.h.
#include "vm-launcher/launch/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "base/sys/file.h"

namespace vm {

namespace {

constexpr auto kDeadline = std::chrono::seconds(30);

void check_word(const Machine& machine, const std::string& word) {
  const std::vector<std::string> words = optional_words(machine);
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string all;
  for (const std::string& one : words)
    all += " " + one;
  throw std::runtime_error(fmt::format("--without {}: this machine can do without:{}", word, all));
}

struct Boots {
  Launcher& launcher;
  // The console of the boot, or nothing if the guest did not reach READY.
  std::optional<std::string> console_of(const Machine& machine, protocol::Ready* ready = nullptr) {
    const std::string log = launcher.folder().file("console.log");
    const std::size_t before = sys::read_file(log).size();
    BootFailure failure;
    BootedVm vm = launcher.try_boot(machine, kDeadline, failure);
    if (failure.cancelled) throw Cancelled(failure.reason);
    if (!vm.supervisor) return std::nullopt;
    if (ready != nullptr) *ready = vm.supervisor->greeting();
    vm.boot->end();
    return sys::read_file(log).substr(before);
  }
};

std::optional<double> number_after(const std::string& text, const std::string& words) {
  const std::size_t start = text.find(words);
  if (start == std::string::npos) return std::nullopt;
  return std::strtod(text.c_str() + start + words.size(), nullptr);
}

}  // namespace

bool Choices::any() const {
  return !without.empty() || !with.empty() || !processors.empty() || !kernels.empty() || !initrds.empty() ||
         !tb_caches.empty();
}

std::vector<Variant> variants_of(const Machine& plain, const Choices& choices) {
  std::vector<Variant> variants = {{"", plain}};
  const auto add = [&](const std::string& name, const auto& change) {
    variants.push_back({name, plain});
    change(variants.back().machine);
  };
  for (const std::string& word : choices.without) {
    check_word(plain, word);
    add("without " + word, [&](Machine& it) { it.without.push_back(word); });
  }
  for (const std::string& word : choices.with)
    add("with " + word, [&](Machine& it) { it.with.push_back(word); });
  for (const std::string& model : choices.processors)
    add("processor " + model, [&](Machine& it) { it.cpu = model; });
  // libvirt's own folder is not this process's.
  for (const std::string& file : choices.kernels)
    add("kernel " + file, [&](Machine& it) { it.kernel = std::filesystem::absolute(file); });
  for (const std::string& file : choices.initrds)
    add("initramfs " + file, [&](Machine& it) { it.initrd = std::filesystem::absolute(file); });
  for (const unsigned size : choices.tb_caches)
    add(fmt::format("translated code {} MiB", size), [&](Machine& it) { it.tb_cache_mib = size; });
  return variants;
}

std::vector<Initcall> initcalls_in(const std::string& console) {
  static const std::regex kLine(
      R"(initcall ([A-Za-z0-9_.]+)\+\S+ (?:\[\S+\] )?returned -?\d+ after (\d+) usecs)");
  std::vector<Initcall> calls;
  for (std::sregex_iterator at(console.begin(), console.end(), kLine), end; at != end; ++at)
    calls.push_back({(*at)[1], std::strtod((*at)[2].str().c_str(), nullptr) / 1000});
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Initcall& a, const Initcall& b) { return a.milliseconds > b.milliseconds; });
  return calls;
}

Ladder climb(Launcher& launcher, const Machine& machine, Timeline& timeline) {
  Boots boots{launcher};
  protocol::Ready greeting;
  timeline.forget_boot();
  const double asked = timeline.now();
  const auto console = boots.console_of(machine, &greeting);
  if (!console)
    throw std::runtime_error("the guest did not reach READY; try: vm-launcher run --timeout 60 ...");
  Ladder ladder;
  ladder.qemu = timeline.at(Stamp::qemu_started).value_or(asked) - asked;
  ladder.ready = timeline.at(Stamp::ready).value_or(asked) - asked;
  ladder.kernel = ladder.ready - greeting.uptime_ms;
  if (const auto up = number_after(*console, "guest-init: up after "))
    ladder.first_task = *ladder.kernel + *up;
  Machine telling = machine;
  telling.without.emplace_back("quiet");
  telling.with.insert(telling.with.end(), {"initcall_debug", "ignore_loglevel"});
  if (const auto told = boots.console_of(telling)) ladder.initcalls = initcalls_in(*told);
  return ladder;
}

std::vector<Measured> measure(Launcher& launcher, const std::vector<Variant>& variants, int repetitions) {
  using Clock = std::chrono::steady_clock;
  std::vector<Measured> all;
  all.reserve(variants.size());
  for (const Variant& variant : variants)
    all.push_back({variant.name, {}, 0, {}});
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t index = 0; index < variants.size(); ++index) {
      const auto start = Clock::now();
      BootFailure failure;
      const BootedVm vm = launcher.try_boot(variants[index].machine, kDeadline, failure);
      if (failure.cancelled) throw Cancelled(failure.reason);
      const double took = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      if (vm.supervisor) all[index].ready_ms.push_back(took);
      if (!vm.supervisor) {
        ++all[index].failed;
        all[index].why = failure.reason;
      }
    }
  }
  return all;
}

}  // namespace vm
