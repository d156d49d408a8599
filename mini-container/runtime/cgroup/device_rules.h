// Which device nodes a container may use: the rules of the document, then the defaults of the specification.
//
// v1 takes them one by one in devices.deny and devices.allow; v2 has no files, an eBPF program attached to
// the group answers each mknod and open instead. Reads: OCI runtime-spec config-linux.md (device cgroup,
// default devices), Linux Documentation/admin-guide/cgroup-v1/devices.rst, bpf(2).
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace cgroup {

// A rule with everything spelled out.
struct DeviceRule {
  bool allow = false;
  char type = 'a';                            // 'a' all, 'c' character, 'b' block
  std::optional<std::uint32_t> major, minor;  // nullopt: any
  bool read = false, write = false, mknod = false;
  std::string member;  // "linux.resources.devices[2]"
  bool operator==(const DeviceRule&) const = default;
};

// The document's rules followed by the defaults; empty if the document has none. Throws spec::Invalid.
std::vector<DeviceRule> device_rules(const std::vector<spec::DeviceRule>& rules);

// "c 1:3 rwm", as v1 wants it.
std::string to_text(const DeviceRule& rule);

// The BPF_PROG_TYPE_CGROUP_DEVICE program for the rules: the last rule that matches decides.
std::vector<bpf_insn> device_program(const std::vector<DeviceRule>& rules);

}  // namespace cgroup
