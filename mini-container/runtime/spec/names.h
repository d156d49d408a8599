// Names of the OCI document and the kernel numbers behind them, where more than one mechanism needs them.
// Reads: setrlimit(2), sched(7), ioprio_set(2), set_mempolicy(2), clone(2), OCI runtime-spec config.md (process),
// config-linux.md (namespaces, memory policy).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace spec {

// "RLIMIT_NOFILE" -> 7.
std::optional<int> rlimit_number(std::string_view name);
std::vector<std::string> rlimit_names();

// "SCHED_FIFO" -> SCHED_FIFO; "SCHED_FLAG_RESET_ON_FORK" -> its bit; "IOPRIO_CLASS_IDLE" -> 3.
std::optional<unsigned> scheduler_policy(std::string_view name);
std::optional<unsigned> scheduler_flag(std::string_view name);
std::optional<unsigned> io_class(std::string_view name);

// And back, for people to read: SCHED_FIFO -> "SCHED_FIFO"; a number that has no name as it is.
std::string scheduler_policy_name(unsigned policy);
std::string io_class_name(unsigned io_class);

// "MPOL_BIND" -> MPOL_BIND; "MPOL_F_STATIC_NODES" -> its bit.
std::optional<unsigned> memory_mode(std::string_view name);
std::optional<unsigned> memory_flag(std::string_view name);
std::vector<std::string> memory_mode_names();
std::vector<std::string> memory_flag_names();
// "MPOL_BIND|MPOL_F_STATIC_NODES".
std::string memory_policy_name(unsigned mode_and_flags);

struct NamespaceKind {
  std::string_view type;     // of the document: "network"
  std::string_view file;     // in /proc/PID/ns: "net"
  std::uint64_t clone_flag;  // CLONE_NEWNET
};
// Every kind, in the order of joining: the user namespace first, because it decides over the others.
const std::vector<NamespaceKind>& namespace_kinds();
// nullptr if there is no such kind.
const NamespaceKind* namespace_kind(std::string_view type);
// New or joined.
bool has_namespace(const Linux& platform, std::string_view type);

}  // namespace spec
