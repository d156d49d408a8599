// Capabilities and the filter as text, for `explain`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "mini-container/runtime/security/capabilities.h"
#include "mini-container/runtime/security/seccomp.h"

namespace security {

namespace {

std::string with_errno(const std::string& action, const std::optional<unsigned>& number) {
  return number ? fmt::format("{} with errno {}", action, *number) : action;
}

// Of all rules that answer the same.
struct Calls {
  std::size_t always = 0, by_arguments = 0;
};

}  // namespace

std::string describe(const CapabilityPlan& plan) {
  std::string text;
  const auto add = [&text](const char* set, CapabilityMask mask) {
    text += fmt::format("{}: {}\n", set, mask == 0 ? "none" : capability_names(mask));
  };
  add("bounding", plan.bounding);
  add("permitted", plan.permitted);
  add("effective", plan.effective);
  add("inheritable", plan.inheritable);
  add("ambient", plan.ambient);
  return text;
}

std::string describe(const spec::Seccomp& profile, const SeccompFilter& filter) {
  std::map<std::string, Calls> answers;
  for (const spec::SyscallRule& rule : profile.syscalls) {
    Calls& calls = answers[with_errno(rule.action, rule.errno_ret)];
    (rule.args.empty() ? calls.always : calls.by_arguments) += rule.names.size();
  }
  std::string text;
  for (const auto& [answer, calls] : answers)
    text += fmt::format("{}: {} always, {} by their arguments\n", answer, calls.always, calls.by_arguments);
  text += fmt::format("any other: {}\n", with_errno(profile.default_action, profile.default_errno_ret));
  if (!profile.listener_path.empty()) text += fmt::format("listener: {}\n", profile.listener_path);
  if (!profile.flags.empty()) text += fmt::format("flags: {}\n", fmt::join(profile.flags, " "));
  if (!filter.unknown_names.empty())
    text += fmt::format("left out, unknown to libseccomp: {}\n", fmt::join(filter.unknown_names, " "));
  return text + fmt::format("{} instructions, before every system call\n", filter.program.size());
}

}  // namespace security
