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
          fmt::format("socket={}", options.socket),
          fmt::format("lock={}", options.lock)};
}

MonitorOptions parse_monitor_arguments(const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> values;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals != std::string::npos) values[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  const auto take = [&](const char* name) {
    const auto found = values.find(name);
    if (found == values.end()) {
      throw std::invalid_argument(
          fmt::format("no {}= given; this program is started by mini-container run -d, not by hand", name));
    }
    return found->second;
  };
  MonitorOptions options;
  options.id = take("id");
  options.bundle = take("bundle");
  options.runtime = take("runtime");
  options.runtime_state = take("runtime-state");
  options.console_socket = take("console-socket");
  options.attach_socket = take("attach-socket");
  options.engine = take("engine");
  options.root = take("root");
  options.open_input = take("open-input") == "1";
  options.log_max_size = std::stoll(take("log-max-size"));
  options.log_max_file = std::stoi(take("log-max-file"));
  options.socket = std::stoi(take("socket"));
  options.lock = std::stoi(take("lock"));
  return options;
}

}  // namespace engine
