// See command.h.
#include "vm-launcher/launch/command.h"

#include <fmt/format.h>

#include <stdexcept>

namespace vm {

namespace {

bool names(const std::vector<std::string>& environment, const std::string& variable) {
  for (const std::string& entry : environment)
    if (entry.starts_with(variable + "=")) return true;
  return false;
}

// `first`, and of `then` what is not named there.
std::vector<std::string> merged(const std::vector<std::string>& first, const std::vector<std::string>& then) {
  std::vector<std::string> result;
  for (const std::string& entry : first)
    result.push_back(entry.find('=') == std::string::npos ? entry + "=" : entry);
  for (const std::string& entry : then)
    if (!names(result, entry.substr(0, entry.find('=')))) result.push_back(entry);
  return result;
}

}  // namespace

protocol::Command command_for(const CommandRequest& request, const ImageConfig& image,
                              const std::string& hostname) {
  protocol::Command command;
  command.arguments = image.entrypoint;
  const auto& rest = request.command.empty() ? image.command : request.command;
  command.arguments.insert(command.arguments.end(), rest.begin(), rest.end());
  if (command.arguments.empty()) throw std::runtime_error("no command given, and the image names none");
  const std::vector<std::string> defaults = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
      fmt::format("HOSTNAME={}", hostname)};
  command.environment = merged(merged(request.environment, image.environment), defaults);
  command.directory = request.directory.empty() ? image.working_directory : request.directory;
  command.user = request.user.empty() ? image.user : request.user;
  command.hostname = hostname;
  return command;
}

protocol::Command command_beside(const CommandRequest& request, const protocol::Command& main) {
  protocol::Command command;
  command.arguments = request.command;
  command.environment = merged(request.environment, main.environment);
  command.directory = request.directory.empty() ? main.directory : request.directory;
  command.user = request.user.empty() ? main.user : request.user;
  return command;
}

}  // namespace vm
