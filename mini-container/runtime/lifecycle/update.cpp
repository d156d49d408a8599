// `update`: other limits for a container that exists. Everything is checked before the first write, and a write that
// the kernel refuses takes the earlier ones back, so that the limits in force and those on record always agree.
// Reads: OCI runtime-spec config-linux.md (control groups).
#include "mini-container/runtime/cgroup/update.h"
#include "base/sys/file.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/spec/invalid.h"

namespace lifecycle {

namespace {

std::string document_of(const UpdateOptions& options) {
  if (options.file.empty() && options.flags.empty())
    throw spec::Invalid("update", "no limit is named",
                        "Give --resources FILE, or flags such as --memory 128m");
  if (options.file.empty()) return spec::resources_document(options.flags);
  if (!options.flags.empty())
    throw spec::Invalid("--resources", "it holds all limits, so no other flag can stand beside it",
                        "Put the limits into the file, or leave it out");
  return options.file == "-" ? sys::read_to_end(0) : sys::read_file(options.file);
}

Container updatable(const std::string& root, const std::string& id) {
  Container container = find_container(root, id);
  if (container.alive()) return container;
  throw NotRunning(id, container.status);
}

// On record before it is made, as in a creation: `delete` then finds what a killed update left.
void record(const StateDir& directory, spec::State state, const std::vector<cgroup::Placement>& groups) {
  state.cgroups = recorded(groups);
  directory.record(state);
}

}  // namespace

void update(const UpdateOptions& options) {
  const std::string document = document_of(options);
  const StateDir directory = StateDir::open(options.root, options.id);
  // ORDER: after the lock, so that waiting for it can be interrupted. Ctrl-C waits until all or nothing is done.
  const Signals signals;
  const Container container = updatable(options.root, options.id);
  const auto config = spec::with_resources(sys::read_file(directory.file("config.json")), document);
  const std::vector<cgroup::Placement> before = placements_of(container.state);
  cgroup::Cgroup group = open_cgroup(container.state);
  const cgroup::Update change = cgroup::plan_update(cgroup::detect(), before, config.config.linux.resources,
                                                    config.sections, group.memory_limit());
  cgroup::check_before_update(config.config.linux.resources.memory, group.usage().memory);

  const trace::Phase phase("update control groups", "all limits that were asked for, or none");
  record(directory, container.state, cgroup::placements_after(change, before));
  try {
    group.update(change, [&] { directory.record_document(config.text); });
  } catch (const std::exception&) {
    directory.record(container.state);
    throw;
  }
}

}  // namespace lifecycle
