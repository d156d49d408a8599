// The guest's end of the protocol: one command, its streams, its end. protocol/messages.h draws the exchange.
//
// PID 1 is also who inherits and must reap every orphan, so the one loop waits for the port, for SIGCHLD and
// for the command's pipes at once. Reads: poll(2), signalfd(2), wait(2).
#pragma once

#include <string>

#include "vm-launcher/guest/command.h"
#include "vm-launcher/guest/disks.h"
#include "vm-launcher/protocol/frame.h"

namespace vm::guest {

class Agent {
 public:
  explicit Agent(sys::UniqueFd port);
  // Announces `ready` and serves until the command has ended or the launcher says (or hangs up) to leave.
  void serve(const protocol::Ready& ready);

 private:
  void send(protocol::Type type, std::string_view payload);
  void wait_for_something();
  void take_orders();
  void obey(const protocol::Frame& frame);
  void pass_signal(int signal);
  void renew(const std::string& payload);
  void mount(const std::string& payload);
  void run(const std::string& payload);
  void give_up(const protocol::Failure& failure);
  void pass_input();
  // Sends what the pipe holds; closes it at its end.
  void pass_output(sys::UniqueFd& pipe, protocol::Type type);
  void reap();
  void finish(std::uint32_t exit_code);

  sys::UniqueFd port_;
  sys::UniqueFd signals_;
  protocol::Decoder decoder_;
  Disks disks_;
  RunningCommand command_;
  std::string pending_input_;
  protocol::Ready ready_;
  bool input_ended_ = false;
  bool done_ = false;
};

}  // namespace vm::guest
