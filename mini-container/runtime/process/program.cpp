// See program.h.
#include "mini-container/runtime/process/program.h"

#include <fmt/format.h>

#include <cerrno>
#include <sstream>

#include "base/sys/file.h"
#include "mini-container/runtime/spec/program_error.h"

namespace process {

namespace {

constexpr std::size_t kLargestPasswd = 1 << 20;

// 0 if `path` is a file that someone may execute, else the errno that execve would give.
int why_not(const std::string& path) {
  const auto status = sys::stat_if_present(path);
  if (!status) return ENOENT;
  if (S_ISDIR(status->st_mode)) return EACCES;
  return (status->st_mode & 0111) != 0 ? 0 : EACCES;
}

std::string absolute(const std::string& path, const std::string& directory) {
  if (path.starts_with('/')) return path;
  return (directory.ends_with('/') ? directory : directory + "/") + path;
}

// WHY: Docker and Podman tell exit codes 127 and 126 from these very words, small letters included.
[[noreturn]] void refuse(const std::string& program, int error) {
  const char* why = "permission denied. Hint: it is a directory or lacks its execute bit";
  if (error == ENOENT) {
    const bool searched = program.find('/') == std::string::npos;
    why = searched ? "executable file not found in $PATH" : "no such file or directory";
  }
  throw spec::ProgramError(error, fmt::format("cannot execute \"{}\": {}", program, why));
}

}  // namespace

std::string environment_value(const std::vector<std::string>& environment, const std::string& name) {
  for (auto entry = environment.rbegin(); entry != environment.rend(); ++entry) {
    if (entry->size() > name.size() && entry->starts_with(name) && (*entry)[name.size()] == '=') {
      return entry->substr(name.size() + 1);
    }
  }
  return {};
}

std::string find_program(const Plan& plan) {
  const std::string& name = plan.args.front();
  if (name.find('/') != std::string::npos) {
    const std::string path = absolute(name, plan.cwd);
    if (const int error = why_not(path); error != 0) refuse(name, error);
    return path;
  }
  int error = ENOENT;
  std::istringstream directories(environment_value(plan.env, "PATH"));
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::string path = absolute(name, absolute(directory, plan.cwd));
    const int reason = why_not(path);
    if (reason == 0) return path;
    if (reason != ENOENT) error = reason;
  }
  refuse(name, error);
}

namespace {

// WHY every failure is an empty answer: the file belongs to the image. It may be missing, huge, a pipe that nobody writes,
// or a link into /proc, whose files have no size and may keep a reader waiting; the program can run without its line.
std::string text_of_passwd() {
  try {
    const sys::UniqueFd root = sys::open("/", O_PATH | O_DIRECTORY);
    const sys::UniqueFd file =
        sys::open_in_root_if_present(root.get(), "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) return {};
    const struct stat status = sys::fstat(file.get());
    const auto size = static_cast<std::size_t>(status.st_size);
    if (!S_ISREG(status.st_mode) || size == 0 || size > kLargestPasswd) return {};
    return sys::read_to_end(file.get());
  } catch (const sys::Error&) {
    return {};
  }
}

}  // namespace

std::string home_of(uid_t uid) {
  std::istringstream lines(text_of_passwd());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name, password, id, group, comment, home;
    for (std::string* field : {&name, &password, &id, &group, &comment, &home})
      std::getline(fields, *field, ':');
    if (id == fmt::format("{}", uid) && home.starts_with('/')) return home;
  }
  return "/";
}

}  // namespace process
