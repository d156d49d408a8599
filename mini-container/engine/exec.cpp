// `exec`: one more process in a container that runs. Declared in engine.h; see exec.h.
#include "mini-container/engine/exec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <optional>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"
#include "mini-container/engine/bundle.h"
#include "mini-container/engine/monitor/protocol.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/rootless.h"

namespace engine {

ExecFiles::ExecFiles(const Registry& registry, const Container& container, bool tty) {
  const std::string mark = short_id(new_id()), directory = registry.directory(container.id);
  process = fmt::format("{}/exec-{}.json", directory, mark);
  pid = fmt::format("{}/exec-{}.pid", directory, mark);
  // The name begins as its container does: that is whose it is, should it be left behind.
  if (tty)
    console = fmt::format("{}/{}{}", registry.paths().consoles, short_id(container.id), mark.substr(0, 4));
}

ExecFiles::~ExecFiles() {
  sys::unlink_if_present(process);
  sys::unlink_if_present(pid);
}

namespace {

void refuse_unless_running(const Container& container) {
  if (!container.running()) {
    throw std::runtime_error(fmt::format("Container {} is not running. Next: mini-container start {}",
                                         container.id, container.name));
  }
  if (container.paused) {
    throw std::runtime_error(fmt::format(
        "Container {0} is paused, unpause the container before exec. Next: mini-container unpause {0}",
        container.name));
  }
}

// With this command as the parent of the process; its exit code.
int exec_here(const OciRuntime& runtime, const Container& container, const ExecOptions& options,
              const UserEnds& user, int signals, const ExecFiles& files) {
  sys::set_child_subreaper();
  Channels channels(options.open_stdin, files.console);
  const pid_t pid =
      runtime.exec(container.id, files.process, files.pid, channels.for_process(), files.console);
  const sys::UniqueFd process = sys::pidfd_open(pid);
  Relay relay(channels.take(), user, nullptr);
  std::optional<sys::RawMode> raw;
  if (options.tty && user.input >= 0) raw.emplace(user.input);
  relay.resize();
  ProbeClock no_probes({});
  const auto on_signal = [&](int signal) {
    if (signal == SIGWINCH) return relay.resize();
    if (signal != SIGPIPE) sys::pidfd_send_signal(process.get(), signal);
  };
  relay.serve(process.get(), signals, on_signal, no_probes);
  return reap(pid).shell_code();
}

// `attach_socket` is where the command will attach; "" if nobody will.
Guarded start_exec_guardian(const Registry& registry, const Container& container, const ExecFiles& files,
                            const std::string& execution, const std::string& attach_socket) {
  return start_guardian(
      [&](int socket) {
        std::vector<std::string> words = exec_guard_arguments(
            {container.id, execution, runtime_of(registry, container).program(),
             registry.paths().runtime_state, registry.directory(container.id) + "/runtime.log", files.process,
             files.pid, files.console, attach_socket, sys::readlink("/proc/self/exe"), registry.paths().root,
             socket});
        words.insert(words.begin(), "exec");
        return words;
      },
      {});
}

}  // namespace

AttachResult Engine::exec_guarded(const Container& container, const ExecOptions& options,
                                  const UserEnds& user, int signals, const ExecFiles& files,
                                  const std::string& execution) const {
  const std::string attach_socket = files.console + ".attach";
  Guarded guarded = start_exec_guardian(registry_, container, files, execution, attach_socket);
  sys::UniqueFd connection = sys::connect_unix_seqpacket_if_served(attach_socket);
  if (!connection) throw RuntimeFailed("the container-monitor ended without a word", 125);
  const sys::UniqueFd process = sys::pidfd_open(guarded.pid);
  Attachment attachment(std::move(connection), user, options.attach, true);
  attachment.resize();
  sys::send_message(guarded.socket.get(), kStarted);
  guarded.monitor.release();
  AttachResult result =
      attachment.serve(signals, [&](int signal) { sys::pidfd_send_signal(process.get(), signal); });
  // Its guardian was killed, and the terminal went with it.
  if (!result.detached && !result.code) result.code = 128 + SIGHUP;
  return result;
}

void write_exec_document(const Registry& registry, const Container& container, const ExecOptions& options,
                         const std::string& path) {
  const Settings& settings = container.settings;
  // Nobody could show the terminal of one that is left alone.
  ExecRequest request = {
      options.args,      settings.env, options.working_directory, {}, options.tty && !options.detach,
      options.privileged};
  request.env.insert(request.env.end(), options.env.begin(), options.env.end());
  if (request.working_directory.empty()) request.working_directory = settings.working_directory;
  request.identity = identity_in(registry.directory(container.id) + "/rootfs",
                                 options.user.empty() ? settings.user : options.user);
  sys::replace_file(path, exec_process(container, request), 0600);
}

ExecNotes::ExecNotes(const Journal& journal, const Container& container, const std::vector<std::string>& args)
    : journal_(journal), container_(container), id_(new_id()) {
  const std::string command = fmt::format("{}", fmt::join(args, " "));
  journal_.add(container, "exec_create: " + command, {{"execID", id_}});
  journal_.add(container, "exec_start: " + command, {{"execID", id_}});
}

void ExecNotes::died(int code) const {
  journal_.add(container_, "exec_die", {{"execID", id_}, {"exitCode", std::to_string(code)}});
}

void Engine::exec_ended(const std::string& id, const std::string& execution, int code) const {
  const auto container = registry_.load(id);
  if (container) ExecNotes(registry_.journal(), *container, execution).died(code);
}

AttachResult Engine::exec(const Container& container, const ExecOptions& options, const UserEnds& user) {
  refuse_unless_running(container);
  const trace::Phase phase(
      "exec in the container",
      "A new process joins the namespaces and cgroups of the container; nothing is made, "
      "only entered.");
  const sys::UniqueFd signals = sys::signal_descriptor({SIGTERM, SIGHUP, SIGWINCH, SIGPIPE});
  const ExecFiles files(registry_, container, options.tty && !options.detach);
  write_exec_document(registry_, container, options, files.process);
  const ExecNotes notes(registry_.journal(), container, options.args);
  const OciRuntime runtime = runtime_of(registry_, container);
  if (options.detach) {
    start_exec_guardian(registry_, container, files, notes.id(), "").monitor.release();
    return {false, 0};
  }
  const bool can_be_left = options.tty && options.open_stdin && sys::trace_inheritance().descriptors.empty();
  if (can_be_left) return exec_guarded(container, options, user, signals.get(), files, notes.id());
  const int code = exec_here(runtime, container, options, user, signals.get(), files);
  notes.died(code);
  return {false, code};
}

}  // namespace engine
