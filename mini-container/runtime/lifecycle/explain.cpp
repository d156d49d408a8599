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

// In the order in which they run.
std::string describe(const spec::Hooks& hooks) {
  std::string text;
  const auto add = [&text](const char* kind, const std::vector<spec::Hook>& those) {
    for (const spec::Hook& hook : those)
      text += fmt::format("{}: {}{}\n", kind, hook.path,
                          hook.timeout ? fmt::format(", at most {} s", *hook.timeout) : "");
  };
  add("prestart", hooks.prestart);
  add("createRuntime", hooks.create_runtime);
  add("createContainer", hooks.create_container);
  add("startContainer", hooks.start_container);
  add("poststart", hooks.poststart);
  add("poststop", hooks.poststop);
  return text;
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
  if (plans.process.capabilities)
    text += "\nCapabilities\n" + indented(security::describe(*plans.process.capabilities));
  if (plans.process.seccomp)
    text += "\nSeccomp\n" + indented(security::describe(*config.linux.seccomp, *plans.process.seccomp));
  const std::string hooks = describe(config.hooks);
  return hooks.empty() ? text : text + "\nHooks\n" + indented(hooks);
}

}  // namespace lifecycle
