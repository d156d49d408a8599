// See init.h. `live` is the table of contents.
#include "mini-container/runtime/lifecycle/init.h"

#include <fmt/format.h>

#include <exception>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/lifecycle/become.h"
#include "mini-container/runtime/lifecycle/launch.h"
#include "mini-container/runtime/namespaces/apply.h"
#include "mini-container/runtime/process/apply.h"
#include "mini-container/runtime/process/hooks.h"
#include "mini-container/runtime/process/program.h"
#include "mini-container/runtime/rootfs/apply.h"
#include "mini-container/runtime/rootfs/console.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

namespace {

using protocol::Word;

class Init {
 public:
  explicit Init(const InitContext& context)
      : context_(context), plans_(context.plans), line_(context.line), speaker_(context.line) {
    sys::UniqueFd(context.parent_line).reset();
    sys::UniqueFd(context.parent_lock).reset();
  }

  [[noreturn]] void live() {
    become_root_of_user_namespace();
    enter_groups_and_namespaces();
    configure_namespaces();
    build_rootfs();
    hooks_before_pivot();
    restrict_rootfs();
    enter_rootfs();
    take_limits_and_session();
    choose_directory_and_program();
    wait_at_the_gate();
    hooks_after_pivot();
    const spec::State now = state();
    become(plans_.process, program_,
           {context_.options.passed, context_.listener, now, spec::Status::created, now.pid});
  }

  void report_failure() noexcept { protocol::say_failed(speaker_, protocol::describe_current_exception()); }

 private:
  void become_root_of_user_namespace() {
    if (plans_.namespaces.new_user) {
      protocol::expect(line_.get(), Word::identity_mapped);
      if (rootfs::has_bind_sources(plans_.rootfs)) hear_bind_sources();
    }
    if (!plans_.namespaces.in_user_namespace()) return;
    const trace::Phase phase("root of the user namespace",
                             "all that follows is done with the powers of its root");
    namespaces::become_namespace_root();
  }

  void hear_bind_sources() {
    while (sources_.size() < plans_.rootfs.mounts.size()) {
      auto along = protocol::expect(line_.get(), Word::bind_source);
      sources_.push_back(along.empty() ? sys::UniqueFd() : std::move(along.front()));
    }
  }

  void enter_groups_and_namespaces() {
    const trace::Phase phase("enter groups and namespaces",
                             "so that all it does is counted, and seen, as the container's");
    remember_pid();
    namespaces::new_network_namespace(plans_.namespaces);
    // ORDER: into the groups first, or the cgroup namespace would show the runtime's own groups as its root.
    enter_groups();
    namespaces::join(plans_.namespaces);
    namespaces::new_cgroup_namespace(plans_.namespaces);
    if (plans_.namespaces.in_user_namespace()) sys::set_dumpable(false);
  }

  void enter_groups() {
    if (plans_.cgroup.is_entered_later()) {
      cgroup::enter(protocol::expect(line_.get(), Word::grouped));
    } else {
      context_.cgroup.enter_from_child();
    }
  }

  void configure_namespaces() {
    const trace::Phase phase("host name and loopback", "new namespaces are born empty: no name, no link up");
    namespaces::configure(plans_.namespaces);
  }

  void build_rootfs() {
    const trace::Phase phase("mounts and devices",
                             "the container's file system, while the host's is still in reach");
    root_ = rootfs::build(plans_.rootfs, context_.id_mapped, context_.lent_devices, sources_);
    sources_.clear();
    if (!plans_.process.process.terminal || context_.console < 0) return;
    rootfs::Console console = rootfs::make_console(root_.get());
    sys::send_message(context_.console, "/dev/console", {console.master.get()});
    terminal_ = std::move(console.terminal);
  }

  void hooks_before_pivot() {
    const spec::Hooks& hooks = context_.config.hooks;
    if (!hooks.prestart.empty() || !hooks.create_runtime.empty()) {
      protocol::say(line_.get(), Word::mounted);
      protocol::expect(line_.get(), Word::hooks_done);
    }
    if (hooks.create_container.empty()) return;
    const trace::Phase phase("hooks of the container",
                             "programs of the engine, in the namespaces, before the pivot");
    process::run_hooks(hooks.create_container, "hooks.createContainer",
                       spec::to_oci_json(state(), spec::Status::creating));
  }

  void restrict_rootfs() {
    const trace::Phase phase("masked and read-only paths",
                             "what /proc and /sys say and change about the whole host");
    rootfs::restrict(plans_.rootfs, root_.get());
  }

  void enter_rootfs() {
    const trace::Phase phase("pivot into the rootfs", "the host's tree leaves this mount namespace for good");
    rootfs::enter(plans_.rootfs, root_.get());
    root_.reset();
  }

  void take_limits_and_session() {
    const trace::Phase phase("limits, session, terminal",
                             "what the program inherits besides its memory image");
    const process::Plan& plan = plans_.process.process;
    if (context_.options.new_keyring) sys::new_session_keyring("_ses." + context_.state.id);
    sys::setsid();
    if (terminal_) process::adopt_terminal(plan, terminal_.get());
    terminal_.reset();
    process::set_limits(plan);
    process::set_scheduling(plan);
  }

  void choose_directory_and_program() {
    if (!context_.config.process) return;
    const trace::Phase phase("working directory and program",
                             "found now, so that a wrong name fails the creation");
    process::enter_working_directory(plans_.process.process);
    program_ = process::find_program(plans_.process.process);
  }

  void wait_at_the_gate() {
    protocol::say(line_.get(), Word::ready);
    if (context_.gate < 0) {
      protocol::expect(line_.get(), Word::start);
      return;
    }
    protocol::expect(line_.get(), Word::kept);
    line_.reset();
    speaker_ = -1;
    // ORDER: `create` is over, and with it whoever listens to its trace may be.
    line_ = sys::accept(context_.gate);
    speaker_ = line_.get();
    protocol::expect(line_.get(), Word::start);
  }

  void hooks_after_pivot() {
    std::vector<spec::Hook> hooks = context_.config.hooks.start_container;
    if (hooks.empty()) return;
    // WHY: they are programs of the image, and the runtime's environment is the host's.
    for (spec::Hook& hook : hooks)
      if (!hook.env) hook.env = environment_of(plans_.process.process);
    const trace::Phase phase("hooks of the start", "programs of the image, just before the user's own");
    process::run_hooks(hooks, "hooks.startContainer", spec::to_oci_json(state(), spec::Status::created));
  }

  // What hooks and the listener of the filter are to be told; the host's /proc is still mounted here.
  void remember_pid() {
    const spec::Hooks& hooks = context_.config.hooks;
    const bool asked = !hooks.create_container.empty() || !hooks.start_container.empty();
    if (asked || context_.listener.is_asked()) pid_ = pid_outside();
  }

  spec::State state() const {
    spec::State state = context_.state;
    state.pid = pid_;
    return state;
  }

  const InitContext& context_;
  const Plans& plans_;
  sys::UniqueFd line_;
  int speaker_;  // whom to tell about a failure
  sys::UniqueFd root_, terminal_;
  rootfs::BindSources sources_;
  std::string program_;
  pid_t pid_ = 0;
};

}  // namespace

int init(const InitContext& context) noexcept {
  trace::set_role(trace::Role::container);
  Init first(context);
  try {
    first.live();
  } catch (...) {
    first.report_failure();
  }
  return 1;
}

}  // namespace lifecycle
