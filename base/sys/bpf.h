// eBPF programs that the kernel runs at a control group: cgroup v2's way to decide about devices.
// Reads: bpf(2), bpf-helpers(7).
#pragma once

#include <linux/bpf.h>

#include <span>
#include <string>

#include "base/sys/fd.h"

namespace sys {

// bpf(2) BPF_PROG_LOAD of a BPF_PROG_TYPE_CGROUP_DEVICE program. The verifier's words become the error's hint.
UniqueFd bpf_load_device_program(std::span<const bpf_insn> program, Where where = Where::current());
// bpf(2) BPF_PROG_ATTACH with BPF_F_ALLOW_MULTI: besides what is attached above. It goes with the directory.
void bpf_attach_to_cgroup(int cgroup, int program, Where where = Where::current());

}  // namespace sys
