// See oci_runtime.h.
#include "mini-container/engine/monitor/oci_runtime.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/sys/console.h"
#include "base/sys/file.h"

namespace engine {

int exit_code_of(const std::string& message) {
  const auto has = [&](const char* text) { return message.find(text) != std::string::npos; };
  // WHY: a working directory or mount source that is missing is also "No such file"; only what concerns the
  // program itself is 127.
  const bool program = has("exec") || has("executable") || has("command not found");
  if (program && (has("No such file") || has("no such file") || has("not found"))) return 127;
  if (program && (has("ermission denied") || has("is a directory") || has("Is a directory") ||
                  has("xec format error") || has("open executable: Operation not permitted"))) {
    return 126;
  }
  return 125;
}

RuntimeFailed::RuntimeFailed(const std::string& message)
    : std::runtime_error(message), exit_code_(exit_code_of(message)) {}

OciRuntime::OciRuntime(std::string program, std::string state, std::string log)
    : program_(std::move(program)), state_(std::move(state)), log_(std::move(log)) {}

std::vector<std::string> OciRuntime::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {program_, "--root", state_, "--log", log_, "--log-format", "json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::string OciRuntime::last_error(const std::string& verb, int code) const {
  std::string message;
  std::istringstream lines(sys::read_file_if_present(log_).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object() && json.contains("msg") && json["msg"].is_string()) message = json["msg"];
  }
  sys::unlink_if_present(log_);
  if (!message.empty()) return message;
  return fmt::format("{} {} ended with status {} and left no message in {}", program_, verb, code, log_);
}

sys::Child OciRuntime::started(const std::vector<std::string>& arguments,
                               const sys::SpawnOptions& options) const {
  try {
    return sys::spawn(command(arguments), options);
  } catch (const sys::Error& error) {
    if (error.error() != ENOENT) throw;
    throw RuntimeFailed(fmt::format(
        "Unknown runtime specified {0}. Next: install it, or give --runtime the path of one", program_));
  }
}

void OciRuntime::run(const std::vector<std::string>& arguments, const Stdio& stdio) const {
  const auto trace = sys::trace_inheritance();
  sys::SpawnOptions options;
  options.input = stdio.input;
  options.output = stdio.output;
  options.error = stdio.error;
  options.keep = trace.descriptors;
  options.environment = trace.environment;
  const sys::ExitStatus status = started(arguments, options).wait();
  if (status.shell_code() != 0) throw RuntimeFailed(last_error(arguments.front(), status.shell_code()));
}

namespace {

pid_t pid_in(const std::string& file) {
  return static_cast<pid_t>(std::stol(sys::read_file(file)));
}

}  // namespace

pid_t OciRuntime::create(const std::string& id, const std::string& bundle, const Stdio& stdio,
                         const std::string& console_socket) const {
  const std::string pid_file = bundle + "/pid";
  std::vector<std::string> arguments = {"create", "--bundle", bundle, "--pid-file", pid_file};
  if (!console_socket.empty()) arguments.insert(arguments.end(), {"--console-socket", console_socket});
  arguments.push_back(id);
  run(arguments, stdio);
  return pid_in(pid_file);
}

void OciRuntime::start(const std::string& id) const {
  run({"start", id}, {});
}

bool OciRuntime::kill(const std::string& id, int signal) const {
  const auto trace = sys::trace_inheritance();
  sys::SpawnOptions options;
  options.error = -1;
  options.keep = trace.descriptors;
  options.environment = trace.environment;
  return started({"kill", id, std::to_string(signal)}, options).wait().shell_code() == 0;
}

void OciRuntime::pause(const std::string& id) const {
  run({"pause", id}, {});
}

void OciRuntime::resume(const std::string& id) const {
  run({"resume", id}, {});
}

void OciRuntime::update(const std::string& id, const std::string& resources) const {
  run({"update", "--resources", resources, id}, {});
}

std::vector<pid_t> OciRuntime::processes(const std::string& id) const {
  const sys::UniqueFd output = sys::memfd_create("processes");
  run({"ps", "--format", "json", id}, {-1, output.get(), -1});
  sys::rewind(output.get());
  return nlohmann::json::parse(sys::read_to_end(output.get())).get<std::vector<pid_t>>();
}

void OciRuntime::remove(const std::string& id) const {
  try {
    run({"delete", "--force", id}, {});
  } catch (const RuntimeFailed&) {
    // WHY: runtimes word "no such container" in their own ways, some fail for it even with --force, and one that is not
    // installed has made none. What counts is whether there is state of it.
    if (sys::exists(state_ + "/" + id)) throw;
  }
}

pid_t OciRuntime::exec(const std::string& id, const std::string& process, const std::string& pid_file,
                       const Stdio& stdio, const std::string& console_socket) const {
  std::vector<std::string> arguments = {"exec", "--detach", "--process", process, "--pid-file", pid_file};
  if (!console_socket.empty()) {
    arguments.insert(arguments.end(), {"--tty", "--console-socket", console_socket});
  }
  arguments.push_back(id);
  run(arguments, stdio);
  return pid_in(pid_file);
}

}  // namespace engine
