// See bpf.h.
#include "base/sys/bpf.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace sys {

namespace {

constexpr char kNeeds[] = "this needs CAP_BPF or CAP_SYS_ADMIN outside any user namespace";

long bpf(int command, bpf_attr& attributes) {
  return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

}  // namespace

UniqueFd bpf_load_device_program(std::span<const bpf_insn> program, Where where) {
  static constexpr char license[] = "Apache-2.0";
  std::array<char, 4096> log{};
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = reinterpret_cast<std::uint64_t>(program.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
  attributes.license = reinterpret_cast<std::uint64_t>(license);
  const auto describe = [&] { return fmt::format("BPF_PROG_LOAD, {} instructions", program.size()); };
  auto outcome = attempt(
      "bpf", describe, [&] { return bpf(BPF_PROG_LOAD, attributes); }, where);
  if (outcome.ok()) return UniqueFd(static_cast<int>(outcome.value));
  if (outcome.error == EINVAL || outcome.error == EACCES) {
    // Once more, for the reason only.
    attributes.log_buf = reinterpret_cast<std::uint64_t>(log.data());
    attributes.log_size = log.size();
    attributes.log_level = 1;
    bpf(BPF_PROG_LOAD, attributes);
  }
  throw Error(outcome.error, "bpf", describe(), std::string(trace::Phase::current()),
              outcome.error == EPERM ? kNeeds : log.data());
}

void bpf_attach_to_cgroup(int cgroup, int program, Where where) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<std::uint32_t>(cgroup);
  attributes.attach_bpf_fd = static_cast<std::uint32_t>(program);
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  call(
      "bpf", [&] { return fmt::format("BPF_PROG_ATTACH, program fd {} to cgroup fd {}", program, cgroup); },
      [&] { return bpf(BPF_PROG_ATTACH, attributes); }, where);
}

}  // namespace sys
