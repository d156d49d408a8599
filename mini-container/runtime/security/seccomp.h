// seccomp: a filter program that the kernel runs before every system call of the container.
//
// Compiling is dear (7 ms for Docker's profile), so it happens before clone3; the child only loads bytes.
// Reads: seccomp(2), seccomp_rule_add(3), OCI runtime-spec config-linux.md (seccomp).
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/features.h"

namespace security {

struct SeccompFilter {
  std::vector<sock_filter> program;  // what the kernel checks and runs
  unsigned flags = 0;                // SECCOMP_FILTER_FLAG_*
  // Names that this libseccomp does not know: skipped, since no program can call them by a number we know.
  std::vector<std::string> unknown_names;
};

// A rule is SCMP_ACT_NOTIFY: another program decides, over a descriptor that loading the filter returns.
bool asks_listener(const SeccompFilter& filter);

// Throws spec::Invalid ("linux.seccomp.syscalls[4].action: ...").
SeccompFilter compile_seccomp(const spec::Seccomp& profile);

// For a person: which answers the profile has for how many calls.
std::string describe(const spec::Seccomp& profile, const SeccompFilter& filter);

// Puts the filter on this thread, for good. ORDER: as late as possible, since every later call must pass it.
// Without no_new_privs the kernel wants CAP_SYS_ADMIN (EACCES): load before the capabilities go; with it, after.
// Silence the trace first (trace::silence). Returns the listener's descriptor if the filter asks one (asks_listener).
sys::UniqueFd load_seccomp(const SeccompFilter& filter);

// What a profile may name, for `features`; architectures are those of this libseccomp.
spec::SeccompFeatures seccomp_names();
// "2.5.4".
std::string seccomp_library_version();

}  // namespace security
