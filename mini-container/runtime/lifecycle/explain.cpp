// `explain`: the plans of a bundle, printed without carrying them out. Needs no privilege.
#include <fmt/format.h>

#include "mini-container/runtime/lifecycle/commands.h"

namespace lifecycle {

namespace {

std::string indented(const std::string& text) {
  std::string result;
  bool at_start = true;
  for (const char character : text) {
    if (at_start && character != '\n') result += "  ";
    result += character;
    at_start = character == '\n';
  }
  return result;
}

}  // namespace

std::string explain(const std::string& bundle, const std::string& id) {
  std::string document;
  const spec::Config config = load_config(bundle + "/config.json", document);
  const Plans plans = make_plans(config, bundle, id, {});
  std::string text = "Namespaces\n" + indented(namespaces::describe(plans.namespaces));
  text += "\nControl groups\n" + indented(cgroup::describe(plans.cgroup));
  text += "\nRoot file system\n" + indented(rootfs::describe(plans.rootfs));
  if (!config.process) return text;
  text += "\nProcess\n" + indented(process::describe(plans.process.process));
  if (plans.process.capabilities) {
    const auto& sets = *plans.process.capabilities;
    text += fmt::format("\nCapabilities\n  bounding: {}\n  effective: {}\n  ambient: {}\n",
                        security::capability_names(sets.bounding), security::capability_names(sets.effective),
                        security::capability_names(sets.ambient));
  }
  if (plans.process.seccomp) {
    text += fmt::format("\nSeccomp\n  {} instructions\n", plans.process.seccomp->program.size());
  }
  return text;
}

}  // namespace lifecycle
