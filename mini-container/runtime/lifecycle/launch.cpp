// See launch.h: the parent's half of a creation. init.cpp has the child's.
#include "mini-container/runtime/lifecycle/launch.h"

#include <fmt/format.h>

#include <functional>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/socket.h"
#include "base/text/time.h"
#include "mini-container/runtime/lifecycle/container.h"
#include "mini-container/runtime/lifecycle/go_between.h"
#include "mini-container/runtime/lifecycle/init.h"
#include "mini-container/runtime/namespaces/apply.h"
#include "mini-container/runtime/process/apply.h"
#include "mini-container/runtime/process/hooks.h"
#include "mini-container/runtime/rootfs/bind_sources.h"
#include "mini-container/runtime/rootfs/id_map.h"
#include "mini-container/runtime/rootfs/lent_devices.h"
#include "mini-container/runtime/spec/features.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

namespace {

using protocol::Word;

std::string document_path(const LaunchOptions& options) {
  if (options.config_file.starts_with('/')) return options.config_file;
  return options.bundle + "/" + (options.config_file.empty() ? "config.json" : options.config_file);
}

// SPEC of process.terminal: somebody has to hold its other end.
void check_terminal(const Plans& plans, int console) {
  if (!plans.process.process.terminal || console >= 0) return;
  throw spec::Invalid("process.terminal", "nobody would hold the other end of the terminal",
                      "Give --console-socket, run it in the foreground, or set terminal to false");
}

spec::State first_state(const LaunchOptions& options, const spec::Config& config, const Plans& plans) {
  spec::State state;
  state.oci_version = spec::kSpecVersion;
  state.id = options.id;
  state.bundle = options.bundle;
  state.rootfs = plans.rootfs.root;
  state.created = text::utc_time(std::time(nullptr));
  state.owner = sys::geteuid() == 0 ? "root" : fmt::format("{}", sys::geteuid());
  state.annotations = config.annotations;
  state.own_pid_namespace = (plans.namespaces.clone_flags & CLONE_NEWPID) != 0;
  for (const cgroup::Directory& directory : plans.cgroup.directories)
    state.cgroups.push_back({std::string(name_of(directory)), directory.path});
  return state;
}

// What is about to be made is on record before it is made.
StateDir make_state_directory(const LaunchOptions& options, const spec::State& state) {
  const trace::Phase phase(
      "state directory",
      "record what is about to be made, so that even kill -9 leaves only what delete can find");
  StateDir directory = StateDir::create(options.root, options.id);
  directory.record(state);
  return directory;
}

void make_cgroups(Launched& made) {
  const trace::Phase phase("control groups", "limits are in force before there is anything that they limit");
  made.cgroup = cgroup::Cgroup::create(made.plans.cgroup);
}

// WHY not before the clone, as on v2: no process can be born into a group of v1, so the time that the container takes
// for its network namespace is as good, and nobody waits for it.
void make_cgroups_meanwhile(Launched& made) {
  if (!made.plans.cgroup.is_entered_later()) return;
  make_cgroups(made);
  protocol::say(made.line.get(), Word::grouped, made.cgroup.entrances());
}

sys::UniqueFd make_gate(const StateDir& directory) {
  // WHY: through a descriptor, since a socket's path has at most 107 bytes and a state directory may have more.
  const sys::UniqueFd folder = sys::open(directory.path(), O_PATH | O_DIRECTORY);
  return sys::listen_unix(sys::fd_path(folder.get()) + "/start");
}

void clone_first_process(Launched& made, InitContext& context) {
  const trace::Phase phase("new namespaces", "one clone3 makes the process and the namespaces that are new");
  sys::SocketPair pair = sys::seqpacket_pair();
  made.line = std::move(pair.first);
  context.parent_line = made.line.get();
  context.parent_lock = made.directory.lock_descriptor();
  context.line = pair.second.get();
  // WHY: a process of a joined pid namespace must not look into this one (ptrace(2)). A new user namespace has to
  // wait for it: the ids of a process that is not dumpable can be mapped by root only.
  if (!made.plans.namespaces.new_user) sys::set_dumpable(false);
  if (made.plans.namespaces.in_user_namespace()) process::raise_own_hard_limits(made.plans.process.process);
  const namespaces::ForChildren for_children(made.plans.namespaces);
  const namespaces::Plan& spaces = made.plans.namespaces;
  const sys::CloneArguments arguments{spaces.clone_flags, made.cgroup.clone_descriptor()};
  const auto first = [&context] { return init(context); };
  made.child = spaces.joins_user() ? clone_in_user_namespace(spaces.user_path, arguments, first)
                                   : sys::clone3(arguments, first);
  made.state.pid = made.child.pid();
}

// Talks with the child, or throws what became of it.
void talk(sys::Child& child, const std::function<void()>& words) {
  try {
    words();
  } catch (const protocol::PeerGone&) {
    throw std::runtime_error(fmt::format(
        "the container's process ended with {} before it was ready. Hint: the container's memory limit "
        "may be too small, or somebody killed it",
        child.wait().shell_code()));
  }
}

// WHY: the files of /proc/PID go with the process. If it has failed meanwhile, its own words are the cause.
void in_proc_of(Launched& made, const std::function<void()>& work) {
  try {
    work();
  } catch (const sys::Error&) {
    talk(made.child, [&made] { protocol::check_peer(made.line.get()); });
    throw;
  }
}

void lend_bind_sources(Launched& made) {
  if (!rootfs::has_bind_sources(made.plans.rootfs)) return;
  rootfs::BindSources sources;
  in_proc_of(made, [&] { sources = rootfs::open_bind_sources(made.plans.rootfs, made.child.pid()); });
  for (const sys::UniqueFd& source : sources)
    protocol::say(made.line.get(), Word::bind_source,
                  source ? std::vector{source.get()} : std::vector<int>());
}

void settle_from_outside(Launched& made) {
  const std::optional<int>& score = made.plans.process.process.oom_score_adj;
  if (!score && !made.plans.namespaces.new_user) return;
  const trace::Phase phase("ids and out-of-memory score",
                           "files in /proc/PID that only the parent may write");
  const pid_t pid = made.child.pid();
  if (score) {
    in_proc_of(made, [&] {
      sys::write_existing_file(fmt::format("/proc/{}/oom_score_adj", pid), fmt::format("{}", *score));
    });
  }
  if (!made.plans.namespaces.new_user) return;
  in_proc_of(made, [&] { namespaces::write_id_maps(made.plans.namespaces, pid); });
  protocol::say(made.line.get(), Word::identity_mapped);
  lend_bind_sources(made);
}

// WHY now: the container is busy with its mounts, and this process would only wait for it.
void remember(Launched& made, const std::string& document) {
  const trace::Phase phase("document",
                           "exec and delete go by what the container was made from, not by the bundle");
  made.directory.record_document(document);
  made.state.start_time = sys::start_time(made.child.pid()).value_or(0);
}

void run_creation_hooks(Launched& made, const Signals& signals) {
  const spec::Hooks& hooks = made.config.hooks;
  if (hooks.prestart.empty() && hooks.create_runtime.empty()) return;
  hear(made.child, made.line.get(), Word::mounted, signals);
  const trace::Phase phase("hooks of the runtime", "programs of the engine, once the namespaces exist");
  const std::string state = spec::to_oci_json(made.state, spec::Status::creating);
  process::run_hooks(hooks.prestart, "hooks.prestart", state);
  process::run_hooks(hooks.create_runtime, "hooks.createRuntime", state);
  protocol::say(made.line.get(), Word::hooks_done);
}

// Before the program may run: whoever sees it run can ask about it.
void publish(Launched& made, const LaunchOptions& options) {
  const trace::Phase phase("publish", "from here on other commands find the container by its id");
  made.directory.publish(made.state);
  made.pid_file = PidFile(options.pid_file, made.child.pid());
}

}  // namespace

void hear(sys::Child& child, int line, Word word, const Signals& signals) {
  talk(child, [&] {
    signals.wait_for(line);
    protocol::expect(line, word);
  });
}

void Launched::keep() {
  directory.keep();
  poststop.keep();
  cgroup.keep();
  pid_file.keep();
  child.release();
}

Launched launch(const LaunchOptions& options, Gate gate, int console, const Signals& signals) {
  std::string document;
  spec::Config config = load_config(document_path(options), document);
  Groups groups = options.groups;
  groups.run = gate == Gate::line;
  Plans plans = make_plans(config, options.bundle, options.id, filter_directory(options.root), groups);
  if (!options.pivot && plans.rootfs.way == rootfs::Way::pivot) plans.rootfs.way = rootfs::Way::move;
  check_terminal(plans, console);
  const Listener listener(plans.process, config);
  spec::State state = first_state(options, config, plans);
  StateDir directory = make_state_directory(options, state);
  PoststopHooks poststop(config, state);
  Launched made{std::move(config),
                std::move(plans),
                std::move(directory),
                std::move(state),
                std::move(poststop),
                {},
                {},
                {},
                {}};
  if (!made.plans.cgroup.is_entered_later()) make_cgroups(made);
  signals.check();

  const rootfs::IdMappedTrees id_mapped = rootfs::clone_id_mapped(made.plans.rootfs);
  const rootfs::LentDevices lent = rootfs::lend_devices(made.plans.rootfs, made.directory.file("devices"));
  const sys::UniqueFd entrance = gate == Gate::socket ? make_gate(made.directory) : sys::UniqueFd();
  InitContext context{made.plans, made.cgroup, made.config, made.state, options, id_mapped, lent, listener};
  context.gate = entrance.get();
  context.console = console;
  clone_first_process(made, context);
  settle_from_outside(made);
  make_cgroups_meanwhile(made);
  remember(made, document);
  run_creation_hooks(made, signals);
  // WHY so soon: `run` has nothing to do between ready and start, and to wake up takes each side a twentieth of a
  // millisecond. Nobody else gets near before the program runs: the state directory is locked. A terminal is another
  // matter: it gets its size and its ends of lines before anything is written to it.
  made.told_to_start = gate == Gate::line && !made.plans.process.process.terminal;
  if (made.told_to_start) {
    publish(made, options);
    talk(made.child, [&made] { protocol::say(made.line.get(), Word::start); });
  }
  hear(made.child, made.line.get(), Word::ready, signals);
  if (!made.told_to_start) publish(made, options);
  return made;
}

void start_over(int line, const Signals& signals) {
  protocol::say(line, Word::start);
  await_program(line, signals);
}

void await_program(int line, const Signals& signals) {
  signals.wait_for(line);
  // The descriptor is close-on-exec: its end of file says that the program has taken over.
  protocol::expect_end(line);
}

}  // namespace lifecycle
