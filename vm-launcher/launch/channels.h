// Commands of other processes in the guest (`exec`, `cp`, `top`): each control client that asks for the agent has a
// channel of its own on the agent's line. What it says goes to the guest under the channel's number, and back.
//
// The windows of protocol/messages.h are kept here against both sides: what a guest sends beyond its room, or a client
// beyond its credit, ends the channel. So no more than the windows ever waits in this process.
#pragma once

#include <map>

#include "vm-launcher/launch/agent_line.h"
#include "vm-launcher/launch/control.h"

namespace vm {

class Channels {
 public:
  Channels(AgentLine& line, Control& control) : line_(line), control_(control) {}

  // `detached`: the command stays when its client leaves.
  void open(int client, bool detached);
  void from_client(int client, const protocol::Frame& frame);
  void client_gone(int client);
  void from_guest(const protocol::Frame& frame);

 private:
  struct Channel {
    int client = 0;  // 0: it has left
    bool detached = false;
    bool runs = false;
    std::uint32_t credit = protocol::kInputWindow;  // of the client
    std::uint32_t room = protocol::kOutputWindow;   // of the guest
  };
  using Place = std::map<std::uint16_t, Channel>::iterator;
  Place of_client(int client);
  void output(Place place, const protocol::Frame& frame);
  void end(Place place, const protocol::Frame& last);
  void refuse(Place place, const std::string& reason);
  AgentLine& line_;
  Control& control_;
  std::map<std::uint16_t, Channel> channels_;
};

}  // namespace vm
