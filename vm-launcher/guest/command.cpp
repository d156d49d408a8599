// See command.h.
#include "vm-launcher/guest/command.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/namespace.h"

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

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char character : text) {
    if (character == separator) {
      parts.emplace_back();
    } else {
      parts.back() += character;
    }
  }
  return parts;
}

// As execvp(3) looks for it, but in the PATH that the command will have. "" if there is none.
std::string find_program(const protocol::Command& command) {
  const std::string& name = command.arguments.front();
  if (name.find('/') != std::string::npos) return sys::exists(name) ? name : "";
  for (const std::string& directory : split(variable(command.environment, "PATH"), ':')) {
    const std::string path = (directory.empty() ? "." : directory) + "/" + name;
    const auto status = sys::stat_if_present(path);
    if (status && S_ISREG(status->st_mode) && (status->st_mode & 0111) != 0) return path;
  }
  return {};
}

std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc{} || result.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
};

// "", "uid", "name" or either with ":gid". A name is looked up in the image's own /etc/passwd.
Identity identity_of(const std::string& user) {
  if (user.empty()) return {};
  const auto parts = split(user, ':');
  Identity identity;
  bool found = false;
  for (const std::string& line : split(sys::read_file_if_present("/etc/passwd").value_or(""), '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() < 4 || (fields[0] != parts[0] && fields[2] != parts[0])) continue;
    identity = {number_of(fields[2]).value_or(0), number_of(fields[3]).value_or(0)};
    found = true;
    break;
  }
  if (!found) {
    const auto uid = number_of(parts[0]);
    if (!uid) throw std::runtime_error(fmt::format("user {} is not in the image's /etc/passwd", parts[0]));
    identity.uid = *uid;
  }
  if (parts.size() > 1) {
    const auto gid = number_of(parts[1]);
    if (!gid) throw std::runtime_error(fmt::format("group {} is not a number", parts[1]));
    identity.gid = *gid;
  }
  return identity;
}

// In the child; its standard error is the command's already.
int become(const protocol::Command& command, const std::string& program, const Identity& identity) {
  try {
    sys::setsid();
    sys::reset_signals();
    sys::chdir(command.directory.empty() ? "/" : command.directory);
    sys::setgroups({});
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
  Identity identity;
  try {
    identity = identity_of(command.user);
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
