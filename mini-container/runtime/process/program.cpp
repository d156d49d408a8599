// See program.h.
#include "mini-container/runtime/process/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <sstream>
#include <string_view>

#include "base/sys/file.h"
#include "base/users/users.h"
#include "mini-container/runtime/spec/program_error.h"

namespace process {

namespace {

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

std::vector<std::string> settled_environment(const std::vector<std::string>& entries) {
  std::set<std::string_view> seen;
  std::vector<std::string> settled;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const std::string_view name = std::string_view(*entry).substr(0, entry->find('='));
    if (seen.insert(name).second && *entry != "HOME=") settled.push_back(*entry);
  }
  std::reverse(settled.begin(), settled.end());
  return settled;
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

std::string home_of(uid_t uid) {
  try {
    const sys::UniqueFd root = sys::open("/", O_PATH | O_DIRECTORY);
    const std::string passwd = users::file_of_image(root.get(), "/etc/passwd");
    const std::string home = users::resolve(std::to_string(uid), passwd, "").home;
    return home.starts_with('/') ? home : "/";
  } catch (const sys::Error&) {
    // WHY: the program can run without its line.
    return "/";
  }
}

}  // namespace process
