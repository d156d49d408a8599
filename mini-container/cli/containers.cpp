// The verbs on containers, by Docker's short names (`rm`) and by its long ones (`container rm`). See commands.h.
#include "mini-container/cli/commands.h"

namespace cli {

namespace {

void add_verbs(CLI::App& app, Context& context) {
  add_run(app, context);
  add_exec(app, context);
  add_attach(app, context);
  add_lifecycle(app, context);
  add_lists(app, context);
  add_logs(app, context);
  add_container_files(app, context);
  add_stats(app, context);
  add_update(app, context);
}

}  // namespace

void add_containers(CLI::App& app, Context& context) {
  add_verbs(app, context);
  add_ps(app, context, "ps");
  CLI::App* group = add_group(app, "container", "Containers: the same by long names, and ls, prune");
  add_verbs(*group, context);
  add_ps(*group, context, "ls");
  add_container_prune(*group, context);
}

}  // namespace cli
