// `exec`: one more process in a container that runs. Declared in engine.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <optional>

#include "base/sys/file.h"
#include "base/sys/terminal.h"
#include "mini-container/engine/bundle.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/rootless.h"

namespace engine {

namespace {

// Files of one exec, gone with it.
class Scratch {
 public:
  Scratch(const std::string& container, const std::string& directory, const std::string& consoles, bool tty) {
    const std::string mark = short_id(new_id());
    process = fmt::format("{}/exec-{}.json", directory, mark);
    pid = fmt::format("{}/exec-{}.pid", directory, mark);
    // The name begins as its container does: that is whose it is, should it be left behind.
    if (tty) console = fmt::format("{}/{}{}", consoles, container, mark.substr(0, 4));
  }
  ~Scratch() {
    sys::unlink_if_present(process);
    sys::unlink_if_present(pid);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string process, pid, console;
};

}  // namespace

namespace {

void refuse_unless_running(const Container& container) {
  if (!container.running()) {
    throw std::runtime_error(fmt::format("Container {} is not running. Next: mini-container start {}",
                                         container.id, container.name));
  }
  if (container.paused) {
    throw std::runtime_error(fmt::format(
        "Container {} is paused, unpause the container before exec. Next: mini-container unpause {}",
        container.id, container.name));
  }
}

}  // namespace

int Engine::exec(const Container& container, const ExecOptions& options, const UserEnds& user) {
  refuse_unless_running(container);
  const trace::Phase phase(
      "exec in the container",
      "A new process joins the namespaces and cgroups of the container; nothing is made, "
      "only entered.");
  const std::string directory = registry_.directory(container.id);
  const sys::UniqueFd signals = sys::signal_descriptor({SIGTERM, SIGHUP, SIGWINCH, SIGPIPE});
  // Nobody could show the terminal of one that is left alone.
  const bool tty = options.tty && !options.detach;
  const Scratch files(short_id(container.id), directory, registry_.paths().consoles, tty);
  ExecRequest request = {options.args, container.settings.env, options.working_directory, {}, tty};
  request.env.insert(request.env.end(), options.env.begin(), options.env.end());
  if (request.working_directory.empty()) request.working_directory = container.settings.working_directory;
  request.identity =
      identity_in(directory + "/rootfs", options.user.empty() ? container.settings.user : options.user);
  sys::replace_file(files.process, exec_process(container, request), 0600);

  const Journal journal = registry_.journal();
  const std::string id = new_id(), command = fmt::format("{}", fmt::join(options.args, " "));
  journal.add(container, "exec_create: " + command, {{"execID", id}});
  journal.add(container, "exec_start: " + command, {{"execID", id}});
  const OciRuntime runtime = runtime_of(registry_, container);
  if (options.detach) {
    runtime.exec(container.id, files.process, files.pid, {}, "");
    return 0;
  }
  sys::set_child_subreaper();
  Channels channels(options.open_stdin, files.console);
  const pid_t pid =
      runtime.exec(container.id, files.process, files.pid, channels.for_process(), files.console);
  const sys::UniqueFd process = sys::pidfd_open(pid);
  Relay relay(channels.take(), user, nullptr);
  {
    std::optional<sys::RawMode> raw;
    if (tty && user.input >= 0) raw.emplace(user.input);
    relay.resize();
    relay.serve(process.get(), signals.get(), [&](int signal) {
      if (signal == SIGWINCH) return relay.resize();
      if (signal != SIGPIPE) sys::pidfd_send_signal(process.get(), signal);
    });
  }
  const int code = reap(pid).shell_code();
  journal.add(container, "exec_die", {{"execID", id}, {"exitCode", std::to_string(code)}});
  return code;
}

}  // namespace engine
