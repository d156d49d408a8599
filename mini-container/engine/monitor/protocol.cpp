// See protocol.h.
#include "mini-container/engine/monitor/protocol.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

namespace engine {

std::string created_message(pid_t pid) {
  return fmt::format("created {}", pid);
}

std::string failed_message(int code, const std::string& message) {
  return fmt::format("failed {} {}", code, message);
}

MonitorReply parse_reply(const std::string& message) {
  MonitorReply reply;
  const std::size_t space = message.find(' ');
  const std::string kind = message.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : message.substr(space + 1);
  if (kind == "created") {
    reply.pid = static_cast<pid_t>(std::stol(rest));
  } else if (kind == "failed") {
    std::size_t used = 0;
    reply.code = std::stoi(rest, &used);
    reply.message = rest.substr(std::min(rest.size(), used + 1));
  } else {
    throw std::invalid_argument(fmt::format("the monitor said \"{}\", which is no message", message));
  }
  return reply;
}

std::vector<std::string> monitor_arguments(const MonitorOptions& options) {
  return {"id=" + options.id,
          "bundle=" + options.bundle,
          "runtime=" + options.runtime,
          "runtime-state=" + options.runtime_state,
          "console-socket=" + options.console_socket,
          "attach-socket=" + options.attach_socket,
          "engine=" + options.engine,
          "root=" + options.root,
          fmt::format("open-input={}", options.open_input ? 1 : 0),
          fmt::format("log-max-size={}", options.log_max_size),
          fmt::format("log-max-file={}", options.log_max_file),
          fmt::format("probe-interval={}", options.pace.interval),
          fmt::format("probe-start-period={}", options.pace.start_period),
          fmt::format("probe-start-interval={}", options.pace.start_interval),
          fmt::format("socket={}", options.socket),
          fmt::format("lock={}", options.lock)};
}

std::vector<std::string> probe_command_of(const std::string& engine, const std::string& root,
                                          const std::string& id) {
  return {engine, "--root", root, "probe", id};
}

namespace {

// NAME=VALUE words by their names.
class Values {
 public:
  explicit Values(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
      const std::size_t equals = argument.find('=');
      if (equals != std::string::npos) values_[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
  }
  std::string take(const char* name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    throw std::invalid_argument(
        fmt::format("no {}= given; this program is started by mini-container, not by hand", name));
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace

MonitorOptions parse_monitor_arguments(const std::vector<std::string>& arguments) {
  const Values values(arguments);
  MonitorOptions options;
  options.id = values.take("id");
  options.bundle = values.take("bundle");
  options.runtime = values.take("runtime");
  options.runtime_state = values.take("runtime-state");
  options.console_socket = values.take("console-socket");
  options.attach_socket = values.take("attach-socket");
  options.engine = values.take("engine");
  options.root = values.take("root");
  options.open_input = values.take("open-input") == "1";
  options.log_max_size = std::stoll(values.take("log-max-size"));
  options.log_max_file = std::stoi(values.take("log-max-file"));
  options.pace.interval = std::stoll(values.take("probe-interval"));
  options.pace.start_period = std::stoll(values.take("probe-start-period"));
  options.pace.start_interval = std::stoll(values.take("probe-start-interval"));
  options.socket = std::stoi(values.take("socket"));
  options.lock = std::stoi(values.take("lock"));
  return options;
}

std::vector<std::string> exec_guard_arguments(const ExecGuardOptions& options) {
  return {"id=" + options.id,
          "execution=" + options.execution,
          "runtime=" + options.runtime,
          "runtime-state=" + options.runtime_state,
          "log=" + options.log,
          "process=" + options.process,
          "pid-file=" + options.pid_file,
          "console-socket=" + options.console_socket,
          "attach-socket=" + options.attach_socket,
          "engine=" + options.engine,
          "root=" + options.root,
          fmt::format("socket={}", options.socket)};
}

ExecGuardOptions parse_exec_guard_arguments(const std::vector<std::string>& arguments) {
  const Values values(arguments);
  return {values.take("id"),
          values.take("execution"),
          values.take("runtime"),
          values.take("runtime-state"),
          values.take("log"),
          values.take("process"),
          values.take("pid-file"),
          values.take("console-socket"),
          values.take("attach-socket"),
          values.take("engine"),
          values.take("root"),
          std::stoi(values.take("socket"))};
}

}  // namespace engine
