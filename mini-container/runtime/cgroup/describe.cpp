// The plan as text, for `explain`.
#include <fmt/format.h>

#include "mini-container/runtime/cgroup/plan.h"

namespace cgroup {

std::string describe(const Plan& plan) {
  std::string text;
  for (const Directory& directory : plan.directories) {
    text += fmt::format("mkdir {}\n", directory.path);
    if (!directory.enable.empty()) {
      text += fmt::format("enable {} on the way there\n", fmt::join(directory.enable, ", "));
    }
    if (!directory.offer.empty()) {
      text += fmt::format("enable {} as far as the groups above allow\n", fmt::join(directory.offer, ", "));
    }
  }
  for (const Setting& setting : plan.settings) {
    const FileValue& other = setting.otherwise;
    const std::string otherwise =
        other.file.empty() ? "" : fmt::format(", else {} {}", other.file, other.value);
    text += fmt::format("write {} {}{} ({})\n", setting.file, setting.value, otherwise, setting.member);
  }
  for (const DeviceRule& rule : plan.device_program) {
    text += fmt::format("device program: {} {} ({})\n", rule.allow ? "allow" : "deny", to_text(rule),
                        rule.member);
  }
  return text;
}

}  // namespace cgroup
