// What every platform shares. See platform.h.
#include "bench/platforms/platform.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/sys/file.h"
#include "bench/platforms/workspace.h"

namespace bench {

namespace fs = std::filesystem;

namespace {

// The first line of `text` that says something, for a reason in a table.
std::string first_line(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) return line;
  }
  return {};
}

}  // namespace

std::string name_of(Technique technique) {
  switch (technique) {
    case Technique::process:
      return "process";
    case Technique::container:
      return "container";
    case Technique::vm:
      return "vm";
  }
  return "?";
}

std::string Platform::instance_name() {
  return run_name();
}

std::unique_ptr<Instance> Platform::start_idle() {
  return std::make_unique<Instance>(command({"workload", "idle", "--name", instance_name()}),
                                    technique() == Technique::vm, instance_name(), deadline());
}

std::string why_unusable(Platform& platform) {
  try {
    if (std::string reason = platform.prepare(); !reason.empty()) return reason;
    const Run trial = platform.run({"workload", "start"});
    if (trial.status == 0 && trial.output.find("pid") != std::string::npos) return {};
    return fmt::format("a trial run ended with status {}: {}", trial.status, first_line(trial.errors));
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    return first_line(error.what());
  }
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return sys::exists(name) ? name : std::string();
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string program = fmt::format("{}/{}", folder, name);
    if (sys::exists(program)) return program;
  }
  return {};
}

std::string sibling_program(const std::string& name) {
  const std::string self = sys::readlink("/proc/self/exe");
  return self.substr(0, self.rfind('/') + 1) + name;
}

std::string version_of(const std::string& program) {
  if (program.empty()) return {};
  const Run run = timed_run({program, "--version"}, std::chrono::seconds(10));
  return run.status == 0 ? run.output.substr(0, run.output.find('\n')) : std::string();
}

std::uint64_t bytes_under(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::set<ino_t> seen;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    const auto status = sys::stat(entry.path().string());
    if (seen.insert(status.st_ino).second) bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return bytes;
}

}  // namespace bench
