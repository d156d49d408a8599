// Parts of the kernel that belong to the whole host. Most arguments are nonsense on purpose: the kernel looks at the
// caller's power first, so EPERM says that it was stopped, and any other error that nothing would have stopped it.
// Reads: bpf(2), userfaultfd(2), perf_event_open(2), kexec_load(2), init_module(2), iopl(2), adjtimex(2), reboot(2),
// syslog(2), acct(2), swapon(2).
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

namespace {

constexpr unsigned long kNoSuchFlags = 0xffff;

int make_bpf_map(const Facts&) {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  return answer(::syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

int load_bpf_program(const Facts&) {
  const bpf_insn program[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  const char license[] = "GPL";
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_KPROBE;
  attributes.insns = reinterpret_cast<__u64>(program);
  attributes.insn_cnt = 2;
  attributes.license = reinterpret_cast<__u64>(license);
  return answer(::syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}

// One that would also stop the kernel's own page faults, the ground of many exploits.
int make_userfaultfd(const Facts&) {
  return answer(::syscall(SYS_userfaultfd, O_CLOEXEC));
}

int watch_a_processor(const Facts&) {
  perf_event_attr event{};
  event.size = sizeof event;
  event.type = PERF_TYPE_SOFTWARE;
  event.config = PERF_COUNT_SW_CPU_CLOCK;
  return answer(::syscall(SYS_perf_event_open, &event, -1, 0, -1, 0));
}

int replace_the_kernel(const Facts&) {
  return answer(::syscall(SYS_kexec_load, 0, 0, nullptr, kNoSuchFlags));
}

int replace_the_kernel_by_a_file(const Facts&) {
  return answer(::syscall(SYS_kexec_file_load, -1, -1, 0, nullptr, kNoSuchFlags));
}

int load_a_module(const Facts&) {
  return answer(::syscall(SYS_init_module, "none", 4, ""));
}

int load_a_module_from_a_file(const Facts&) {
  return answer(::syscall(SYS_finit_module, -1, "", 0));
}

int unload_a_module(const Facts&) {
  return answer(::syscall(SYS_delete_module, "no_such_module", O_NONBLOCK));
}

int take_all_ports(const Facts&) {
  return answer(::iopl(3));
}

int take_a_port(const Facts&) {
  return answer(::ioperm(0x80, 1, 1));
}

int change_the_clock(const Facts&) {
  timex change{};
  change.modes = ADJ_TICK;
  change.tick = 1;
  return answer(::adjtimex(&change));
}

int restart_the_host(const Facts&) {
  return answer(::syscall(SYS_reboot, 0, 0, 0, nullptr));
}

int silence_the_log(const Facts&) {
  constexpr int set_console_level = 8;
  return answer(::klogctl(set_console_level, nullptr, 0));
}

int use_a_swap_file(const Facts&) {
  return answer(::swapon("/nowhere", 0));
}

int write_accounts(const Facts&) {
  return answer(::acct("/nowhere"));
}

}  // namespace

std::vector<Attempt> kernel_attempts() {
  return {{"bpf-map", make_bpf_map},
          {"bpf-program", load_bpf_program},
          {"userfaultfd", make_userfaultfd},
          {"perf-of-a-processor", watch_a_processor},
          {"kexec", replace_the_kernel},
          {"kexec-file", replace_the_kernel_by_a_file},
          {"module-load", load_a_module},
          {"module-load-file", load_a_module_from_a_file},
          {"module-unload", unload_a_module},
          {"iopl", take_all_ports},
          {"ioperm", take_a_port},
          {"clock", change_the_clock},
          {"reboot", restart_the_host},
          {"kernel-log", silence_the_log},
          {"swap", use_a_swap_file},
          {"accounts", write_accounts}};
}

}  // namespace attacks
