// `exec`: another process in a running container. It is cloned into the container's pid namespace, enters its groups
// and the other namespaces through one pidfd, and ends like every first process: become().
// Reads: setns(2) (pidfd), pid_namespaces(7), OCI runtime-spec runtime.md.
#include <fmt/format.h>

#include <optional>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/lifecycle/become.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/lifecycle/console.h"
#include "mini-container/runtime/lifecycle/newcomer.h"
#include "mini-container/runtime/lifecycle/pid_file.h"
#include "mini-container/runtime/namespaces/apply.h"
#include "mini-container/runtime/process/apply.h"
#include "mini-container/runtime/process/program.h"
#include "mini-container/runtime/rootfs/apply.h"
#include "mini-container/runtime/rootfs/console.h"
#include "mini-container/runtime/spec/names.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

namespace {

using protocol::Word;

// Namespaces that differ from this process's own: joining one's own user namespace is an error (EINVAL).
// WHY what cannot be read counts: the program of whoever dies here would run on the host; setns(2) refuses (ESRCH).
std::uint64_t flags_to_join(const Container& container) {
  std::uint64_t flags = 0;
  for (const spec::NamespaceKind& kind : spec::namespace_kinds()) {
    const std::string file(kind.file);
    const auto theirs = sys::readlink_if_present(fmt::format("/proc/{}/ns/{}", container.state.pid, file));
    if (theirs != sys::readlink_if_present("/proc/self/ns/" + file)) flags |= kind.clone_flag;
  }
  // ORDER: after the last look. If it has ended, the number may mean another process by now, of the host's namespaces.
  if (has_ended(container)) throw NotRunning(container.state.id, spec::Status::stopped);
  return flags;
}

struct Newcomer {
  const ProcessPlans& plans;
  cgroup::Cgroup& cgroup;
  const ExecOptions& options;
  int container;        // pidfd of its first process
  std::uint64_t flags;  // namespaces to join
  int root_directory;   // where there is no mount namespace to join, which has its root with it; else -1
  int parent_line, line, console;
  const Listener& listener;
  const spec::State& state;

  [[noreturn]] void live() const {
    const pid_t pid = listener.is_asked() ? pid_outside() : 0;
    enter();
    sys::new_session_keyring("_ses." + options.id);
    sys::setsid();
    if (plans.process.terminal) take_terminal();
    process::set_limits(plans.process);
    process::set_scheduling(plans.process);
    process::enter_working_directory(plans.process);
    const std::string program = process::find_program(plans.process);
    protocol::say(line, Word::ready);
    protocol::expect(line, Word::start);
    become(plans, program, {options.passed, listener, state, spec::Status::running, pid});
  }

  void enter() const {
    const trace::Phase phase("enter the container",
                             "its groups, then all its namespaces at once, through one pidfd");
    cgroup.enter_from_child();
    if (!plans.process.final_cpus.empty()) sys::sched_setaffinity(plans.process.final_cpus);
    const std::uint64_t own = flags & ~std::uint64_t{CLONE_NEWPID | CLONE_NEWTIME};
    if (own != 0) sys::setns(container, static_cast<int>(own));
    if (root_directory >= 0) rootfs::change_root(root_directory);
    if ((flags & CLONE_NEWUSER) != 0) namespaces::become_namespace_root();
    sys::set_dumpable(false);
  }

  void take_terminal() const {
    const sys::UniqueFd root = sys::open("/", O_PATH | O_DIRECTORY);
    const rootfs::Console made = rootfs::make_terminal(root.get());
    sys::send_message(console, "/dev/pts", {made.master.get()});
    process::adopt_terminal(plans.process, made.terminal.get());
  }
};

int newcomer_main(const Newcomer& newcomer) noexcept {
  trace::set_role(trace::Role::container);
  sys::UniqueFd(newcomer.parent_line).reset();
  try {
    newcomer.live();
  } catch (...) {
    protocol::say_failed(newcomer.line, protocol::describe_current_exception());
  }
  return 1;
}

Container running_container(const ExecOptions& options) {
  Container container = find_container(options.root, options.id);
  if (container.status == spec::Status::running || container.status == spec::Status::created)
    return container;
  if (container.status == spec::Status::paused) {
    if (options.ignore_paused) return container;
    throw std::runtime_error(
        fmt::format("container \"{}\" is paused, and so would the new process be. Resume it first "
                    "(mini-runtime resume {}), "
                    "or give --ignore-paused to have it run once resumed",
                    options.id, options.id));
  }
  throw NotRunning(options.id, container.status);
}

}  // namespace

int exec(const ExecOptions& options) {
  const Signals signals;
  const Container container = running_container(options);
  const spec::Config config = spec::parse_config(sys::read_file(container.directory() + "/config.json"));
  const std::uint64_t flags = flags_to_join(container);
  const bool into_user = (flags & CLONE_NEWUSER) != 0;
  ProcessPlans plans = make_process_plans(wanted_process(config, options), config.linux,
                                          filter_directory(options.root), into_user);
  plans.can_set_groups = !into_user || sys::setgroups_is_allowed(fmt::format("{}", container.state.pid));
  cgroup::Cgroup cgroup = wanted_groups(container.state, options);

  const bool elsewhere = !options.console_socket.empty();
  const sys::UniqueFd console = elsewhere ? sys::connect_unix(options.console_socket) : sys::UniqueFd();
  std::optional<ConsoleReceiver> receiver;
  if (!elsewhere && plans.process.terminal) receiver.emplace();
  sys::SocketPair pair = sys::seqpacket_pair();
  sys::set_dumpable(false);
  const Listener listener(plans, config);
  const sys::UniqueFd root = spec::has_namespace(config.linux, "mount")
                                 ? sys::UniqueFd()
                                 : sys::open(container.state.rootfs, O_PATH | O_DIRECTORY);
  const Newcomer newcomer{plans,
                          cgroup,
                          options,
                          container.pidfd.get(),
                          flags,
                          root.get(),
                          pair.first.get(),
                          pair.second.get(),
                          receiver ? receiver->child_end() : console.get(),
                          listener,
                          container.state};
  // SPEC: of the runtime itself, until the process is in the container's group.
  if (!plans.process.initial_cpus.empty()) sys::sched_setaffinity(plans.process.initial_cpus);
  if (into_user) process::raise_own_hard_limits(plans.process);
  sys::Child child;
  {
    const namespaces::ForChildren for_children(container.pidfd.get(), flags & (CLONE_NEWPID | CLONE_NEWTIME));
    child = sys::clone3({0, cgroup.clone_descriptor()}, [&] { return newcomer_main(newcomer); });
  }
  pair.second.reset();
  if (plans.process.oom_score_adj) {
    sys::write_existing_file(fmt::format("/proc/{}/oom_score_adj", child.pid()),
                             fmt::format("{}", *plans.process.oom_score_adj));
  }
  hear(child, pair.first.get(), Word::ready, signals);
  PidFile pid_file(options.pid_file, child.pid());
  const sys::UniqueFd master = receiver ? receiver->receive() : sys::UniqueFd();
  start_over(pair.first.get(), signals);
  int code = 0;
  if (options.detach) {
    child.release();
  } else {
    code = wait_in_foreground(child, master.get(), signals).shell_code();
  }
  pid_file.keep();
  return code;
}

}  // namespace lifecycle
