// The command that a VM runs, out of what the user says and what the image says. Pure.
#pragma once

#include "vm-launcher/initramfs/image.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

// What a user says of a command, in `run` and in `exec`.
struct CommandRequest {
  std::vector<std::string> environment;  // "NAME=value", or "NAME" for an empty one
  std::string directory;
  std::string user;
  std::vector<std::string> command;
};

// Docker's rules: the user's command replaces the image's Cmd, not its Entrypoint; -e replaces the image's Env. Throws if
// neither names a command.
protocol::Command command_for(const CommandRequest& request, const ImageConfig& image,
                              const std::string& hostname);

// One more command in a VM whose own is `main`: with its environment, folder and user where the user says nothing.
protocol::Command command_beside(const CommandRequest& request, const protocol::Command& main);

}  // namespace vm
