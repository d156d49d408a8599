// See validate.h: linux.seccomp, as far as the specification itself says what is wrong. Which names libseccomp and the
// kernel know is said by security/seccomp.h. Reads: OCI runtime-spec config-linux.md (seccomp).
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace {

// SPEC: "When the action does not support an errno, the runtime MUST print and error and fail."
void check_errno(const std::string& action, const std::optional<unsigned>& number, const std::string& member,
                 Problems& problems) {
  if (!number) return;
  if (action != "SCMP_ACT_ERRNO" && action != "SCMP_ACT_TRACE") {
    problems.add(member, action + " answers without a number", "Remove it, or use SCMP_ACT_ERRNO");
  } else if (action == "SCMP_ACT_ERRNO" && *number > 4095) {
    problems.add(member, "must be at most 4095, the kernel's last errno");
  } else if (*number > 65535) {
    problems.add(member, "must be at most 65535");
  }
}

bool notifies(const Seccomp& seccomp) {
  for (const SyscallRule& rule : seccomp.syscalls) {
    if (rule.action == "SCMP_ACT_NOTIFY") return true;
  }
  return false;
}

// The listener gets its descriptor in a message of the container's process, which passes the filter already.
void check_listener(const Seccomp& seccomp, Problems& problems) {
  if (!seccomp.listener_path.empty()) problems.absolute(seccomp.listener_path, "linux.seccomp.listenerPath");
  if (notifies(seccomp) && seccomp.listener_path.empty()) {
    problems.add("linux.seccomp.listenerPath", "SCMP_ACT_NOTIFY needs somebody who is asked",
                 "Name the socket of the program that decides");
  }
  // SPEC: "listenerMetadata: MUST NOT be set if listenerPath is not set".
  if (!seccomp.listener_metadata.empty() && seccomp.listener_path.empty())
    problems.add("linux.seccomp.listenerMetadata", "there is no listenerPath to send it to");
  if (seccomp.default_action == "SCMP_ACT_NOTIFY") {
    problems.add("linux.seccomp.defaultAction",
                 "SCMP_ACT_NOTIFY would ask about the message to the listener itself",
                 "Name the calls to be asked about in rules");
  }
  for (std::size_t i = 0; i < seccomp.syscalls.size(); ++i) {
    if (seccomp.syscalls[i].action != "SCMP_ACT_NOTIFY") continue;
    for (const std::string& name : seccomp.syscalls[i].names) {
      if (name == "sendmsg") {
        problems.add(element("linux.seccomp.syscalls", i) + ".names",
                     "sendmsg cannot be asked about: the message to the listener is one", "Remove it");
      }
    }
  }
}

}  // namespace

void check_seccomp(const Seccomp& seccomp, Problems& problems) {
  check_errno(seccomp.default_action, seccomp.default_errno_ret, "linux.seccomp.defaultErrnoRet", problems);
  for (std::size_t i = 0; i < seccomp.syscalls.size(); ++i) {
    const SyscallRule& rule = seccomp.syscalls[i];
    const std::string here = element("linux.seccomp.syscalls", i);
    if (rule.names.empty()) problems.add(here + ".names", "is empty; the rule would be about no call");
    check_errno(rule.action, rule.errno_ret, here + ".errnoRet", problems);
  }
  check_listener(seccomp, problems);
}

}  // namespace spec
