// The launcher's end of the line to guest-init: frames out in order, frames in, never waiting for the guest.
//
// Input for commands waits here until the line has room for it (kLineWindow), everything else goes out at once; so a
// signal overtakes what a command has not read. Reads: protocol/messages.h.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "vm-launcher/protocol/frame.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

class AgentLine {
 public:
  // `port` stays the caller's, and becomes non-blocking: a guest that stops reading must not stop the launcher.
  explicit AgentLine(int port);

  void send(protocol::Type type, std::string_view payload, std::uint16_t channel = 0);
  // For `input` and `input_end`, in the order given.
  void send_input(protocol::Type type, std::string_view payload, std::uint16_t channel = 0);
  // What still waits for a command that has ended.
  void forget_input(std::uint16_t channel);

  // What poll(2) is to watch.
  short events() const;
  // After poll(2): writes what the port takes and hands on the frames that have come.
  void serve(short revents, const std::function<void(const protocol::Frame&)>& take);
  // The guest has closed its end.
  bool gone() const { return gone_; }
  std::size_t garbage() const { return decoder_.discarded(); }

 private:
  void flush();
  void read(const std::function<void(const protocol::Frame&)>& take);
  void move_up();
  int port_;
  protocol::Decoder decoder_;
  std::string out_;
  std::deque<protocol::Frame> waiting_;
  std::uint32_t under_way_ = 0;  // bytes of input that guest-init has not read off the line
  bool gone_ = false;
};

}  // namespace vm
