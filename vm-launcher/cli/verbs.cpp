// See verbs.h: what all verbs share.
#include "vm-launcher/cli/verbs.h"

#include <fmt/format.h>

namespace vm::cli {

CLI::App* add_verb(CLI::App& app, const help::Verb& verb) {
  return help::add_verb(app, "vm-launcher", verb);
}

std::shared_ptr<Named> add_verb_on_vms(CLI::App& app, const help::Verb& verb) {
  auto named = std::make_shared<Named>();
  named->command = add_verb(app, verb);
  named->command->add_option("NAME", named->names, "Of the VM")->required();
  return named;
}

void for_each_named(Context& context, const Named& named,
                    const std::function<void(const std::string&)>& act) {
  std::vector<std::string> failures;
  for (const std::string& name : named.names) {
    try {
      act(name);
      fmt::print("{}\n", name);
    } catch (const std::exception& error) {
      failures.emplace_back(error.what());
    }
  }
  // As Docker: first what went well, then all that did not.
  for (const std::string& failure : failures) {
    say(failure);
    context.exit_code = 1;
  }
}

}  // namespace vm::cli
