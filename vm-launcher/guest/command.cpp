// See command.h.
#include "vm-launcher/guest/command.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"
#include "base/text/text.h"
#include "base/users/users.h"

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

// In the child; its standard error is the command's already.
int become(const protocol::Command& command, const std::string& program, const users::Identity& identity) {
  try {
    sys::setsid();
    sys::reset_signals();
    sys::chdir(command.directory.empty() ? "/" : command.directory);
    sys::setgroups(identity.groups);
    sys::setresgid(identity.gid);
    sys::setresuid(identity.uid);
    sys::execve(program, command.arguments, command.environment);
  } catch (const sys::Error& error) {
    sys::write_all(2, fmt::format("guest-init: {}\n", error.what()));
    return error.call() == "execve" ? kNotExecutable : 125;
  }
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
  const std::string program = find_program(command);
  if (program.empty()) {
    return failure(kNotFound, fmt::format("{}: not found in the guest", command.arguments.front()));
  }
  sys::Pipe input = sys::pipe();
  sys::Pipe output = sys::pipe();
  sys::Pipe error = sys::pipe();
  sys::Child child = sys::clone3({}, [&] {
    sys::dup_onto(input.read.get(), 0);
    sys::dup_onto(output.write.get(), 1);
    sys::dup_onto(error.write.get(), 2);
    return become(command, program, identity);
  });
  RunningCommand running{child.pid(), std::move(input.write), std::move(output.read), std::move(error.read)};
  child.release();
  sys::set_nonblocking(running.input.get(), true);
  return {std::move(running), std::nullopt};
}

}  // namespace vm::guest
