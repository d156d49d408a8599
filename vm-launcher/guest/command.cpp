// See command.h.
#include "vm-launcher/guest/command.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/sys/terminal.h"
#include "base/text/text.h"
#include "base/users/users.h"
#include "vm-launcher/guest/tools.h"

namespace vm::guest {

namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

std::string variable(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& entry : environment) {
    if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

// As execvp(3) looks for it, but in the PATH that the command will have. "" if there is none.
std::string find_program(const protocol::Command& command) {
  const std::string& name = command.arguments.front();
  if (name.find('/') != std::string::npos) return sys::exists(name) ? name : "";
  const std::string path = variable(command.environment, "PATH");
  for (const std::string_view directory : text::split(path, ':')) {
    const std::string candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
    const auto status = sys::stat_if_present(candidate);
    if (status && S_ISREG(status->st_mode) && (status->st_mode & 0111) != 0) return candidate;
  }
  return {};
}

// In the child; its standard streams are the command's already.
int become(const protocol::Command& command, const std::string& program, const users::Identity& identity) {
  try {
    sys::reset_signals();
    if (!command.tool.empty()) {
      // What execve(2) would do. Held here, another command's pipe would have no end.
      sys::close_range(3, ~0U);
      return run_tool(command.tool, command.arguments);
    }
    sys::chdir(command.directory.empty() ? "/" : command.directory);
    sys::setgroups(identity.groups);
    sys::setresgid(identity.gid);
    sys::setresuid(identity.uid);
    sys::execve(program, command.arguments, command.environment);
  } catch (const sys::Error& error) {
    sys::write_all(2, fmt::format("guest-init: {}\n", error.what()));
    return error.call() == "execve" ? kNotExecutable : 125;
  } catch (const std::exception& error) {
    sys::write_all(2, fmt::format("{}\n", error.what()));
    return 1;
  }
}

RunningCommand start_on_pipes(const std::function<int()>& work) {
  sys::Pipe input = sys::pipe();
  sys::Pipe output = sys::pipe();
  sys::Pipe error = sys::pipe();
  sys::Child child = sys::clone3({}, [&] {
    sys::setsid();
    sys::dup_onto(input.read.get(), 0);
    sys::dup_onto(output.write.get(), 1);
    sys::dup_onto(error.write.get(), 2);
    return work();
  });
  RunningCommand running{child.pid(), std::move(input.write), std::move(output.read), std::move(error.read)};
  child.release();
  sys::set_nonblocking(running.input.get(), true);
  return running;
}

RunningCommand start_on_terminal(const protocol::WindowSize& size, const std::function<int()>& work) {
  sys::Pty pty = sys::open_pty("/dev/pts/ptmx");
  set_size(pty.master, size);
  sys::UniqueFd peer = sys::open_pty_peer(pty.master.get());
  sys::Pipe ready = sys::pipe();
  sys::Child child = sys::clone3({}, [&] {
    sys::setsid();
    sys::set_controlling_terminal(peer.get());
    ready.write.reset();
    for (const int stream : {0, 1, 2})
      sys::dup_onto(peer.get(), stream);
    return work();
  });
  // ORDER: before anything is typed: a Ctrl-C on a terminal that is nobody's yet is no signal to anybody.
  ready.write.reset();
  sys::read_to_end(ready.read.get());
  sys::UniqueFd input = sys::dup(pty.master.get());
  sys::set_nonblocking(input.get(), true);
  RunningCommand running{child.pid(), std::move(input), std::move(pty.master), {}, true};
  child.release();
  return running;
}

StartResult failure(unsigned code, std::string reason) {
  return {{}, protocol::Failure{code, std::move(reason)}};
}

}  // namespace

StartResult start_command(const protocol::Command& command) {
  users::Identity identity;
  try {
    identity = users::resolve_in("/", command.user);
    if (!command.hostname.empty()) sys::sethostname(command.hostname);
    sys::chdir(command.directory.empty() ? "/" : command.directory);
  } catch (const std::exception& error) {
    return failure(125, error.what());
  }
  const std::string program = command.tool.empty() ? find_program(command) : command.tool;
  // ORDER: after the look-up, which "." in PATH and a relative name depend on. A folder that PID 1 stays in could not be
  // unmounted.
  sys::chdir("/");
  if (program.empty()) {
    return failure(kNotFound, fmt::format("{}: not found in the guest", command.arguments.front()));
  }
  const auto work = [&] { return become(command, program, identity); };
  return {command.terminal ? start_on_terminal(*command.terminal, work) : start_on_pipes(work), std::nullopt};
}

void set_size(const sys::UniqueFd& terminal, const protocol::WindowSize& size) {
  winsize window{};
  window.ws_row = static_cast<unsigned short>(size.rows);
  window.ws_col = static_cast<unsigned short>(size.columns);
  sys::set_window_size(terminal.get(), window);
}

}  // namespace vm::guest
