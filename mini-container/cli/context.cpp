// See commands.h: what all verbs share.

#include "base/sys/identity.h"
#include "mini-container/cli/commands.h"
#include "mini-container/engine/rootless.h"

namespace cli {

engine::Paths Context::paths() {
  if (sys::geteuid() != 0 && why_not_root.empty()) become_root_of_own_namespaces();
  return engine::paths_of(root);
}

// ORDER: the places first: which user's they are is not to be seen from inside, where that user is root.
void Context::become_root_of_own_namespaces() {
  if (root.empty()) root = engine::make_users_root();
  try {
    engine::enter_users_namespaces();
  } catch (const sys::Error& error) {
    // Images, and virtual machines made of them, need no namespaces.
    if (error.call() != "unshare") throw;
    why_not_root = error.what();
  }
}

engine::Engine& Context::engine() {
  if (!engine_) {
    trace::set_role(trace::Role::engine);
    sys::start_tracing(trace);
    engine_ = std::make_unique<engine::Engine>(paths());
    engine_->reconcile();
  }
  return *engine_;
}

void print(const std::string& text) {
  const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
  sys::write_if_read(1, text);
}

CLI::App* add_group(CLI::App& app, const char* name, const char* what) {
  CLI::App* group = app.add_subcommand(name, what);
  group->require_subcommand(1);
  group->footer(std::string("\nSee 'mini-container ") + name + " VERB --help' for each.");
  return group;
}

CLI::App* add_verb(CLI::App& app, const Help& help) {
  CLI::App* command = help::add_verb(app, "mini-container", help);
  // As Docker: in a group also by their long names.
  const std::string name = help.name;
  if (app.get_parent() != nullptr && (name == "ls" || name == "rm"))
    command->alias(name == "ls" ? "list" : "remove");
  return command;
}

std::shared_ptr<Named> add_verb_on_containers(CLI::App& app, const Help& help) {
  auto named = std::make_shared<Named>();
  named->command = add_verb(app, help);
  named->command->add_option("CONTAINER", named->names, "Name, id, or the first digits of an id")->required();
  return named;
}

std::vector<std::string> for_each_named(
    Context& context, const Named& named,
    const std::function<void(engine::Engine&, const engine::Container&)>& act, bool echo) {
  engine::Engine& engine = context.engine();
  std::vector<std::string> failures, failed;
  for (const std::string& name : named.names) {
    try {
      act(engine, engine.registry().get(name));
      if (echo) print(name + "\n");
    } catch (const std::exception& error) {
      failures.emplace_back(error.what());
      failed.push_back(name);
    }
  }
  // As Docker: first what went well, then all that did not.
  for (const std::string& failure : failures) {
    sys::complain("mini-container", failure);
    context.exit_code = 1;
  }
  return failed;
}

}  // namespace cli
