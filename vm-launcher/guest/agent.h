// The guest's end of the line to the launcher: orders come in, frames go out. protocol/messages.h draws the exchange.
//
// PID 1 is also who inherits and must reap every orphan, so the one loop waits for the line, for SIGCHLD and for the
// streams of all sessions at once. Reads: poll(2), signalfd(2), wait(2).
#pragma once

#include <map>
#include <string>

#include "vm-launcher/guest/disks.h"
#include "vm-launcher/guest/session.h"
#include "vm-launcher/protocol/frame.h"

namespace vm::guest {

class Agent {
 public:
  explicit Agent(sys::UniqueFd port);
  // Announces `ready` and serves until the VM's command has ended or the launcher says (or hangs up) to leave.
  void serve(const protocol::Ready& ready);

 private:
  void send(protocol::Type type, std::string_view payload, std::uint16_t channel = 0);
  void wait_for_something();
  void take_orders();
  void obey(const protocol::Frame& frame);
  void renew(const std::string& payload);
  // Does what prepares the VM; what goes wrong is the failure of its command.
  template <class Order>
  void prepare(const std::optional<Order>& order, void (Agent::*action)(const Order&));
  void mount(const protocol::Mount& order);
  void set_clock(const protocol::Clock& order);
  void set_network(const protocol::Network& order);
  void run(const protocol::Frame& frame);
  void fail(const protocol::Failure& failure, std::uint16_t channel);
  void reap();
  void report_ends();
  void finish(std::uint32_t exit_code);

  sys::UniqueFd port_;
  sys::UniqueFd signals_;
  protocol::Decoder decoder_;
  Disks disks_;
  std::map<std::uint16_t, Session> sessions_;
  protocol::Ready ready_;
  bool done_ = false;
};

}  // namespace vm::guest
