// One command in the guest and its streams: what channel N of the protocol is. protocol/messages.h draws the exchange.
//
// A stream is read only as far as the launcher has room for it, so a command whose reader is slow waits in its own
// write(2), as before a full pipe, and nobody else does. Reads: poll(2), pipe(7), pty(7).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vm-launcher/guest/command.h"
#include "vm-launcher/protocol/frame.h"

namespace vm::guest {

class Session {
 public:
  using Send = std::function<void(protocol::Type, std::string_view)>;
  // `send` writes a frame of this channel.
  Session(RunningCommand command, Send send) : command_(std::move(command)), send_(std::move(send)) {}

  // Entries that watch() appends and serve() gets back after poll(2).
  static constexpr std::size_t kPolled = 3;
  void watch(std::vector<pollfd>& polled) const;
  void serve(std::span<const pollfd> polled);

  // An order of the launcher for this command; others are dropped.
  void obey(const protocol::Frame& order);
  void pass_signal(int signal) const;
  pid_t pid() const { return command_.pid; }
  // Its process has ended, and been reaped.
  void ended(std::uint32_t exit_code) { exit_code_ = exit_code_.value_or(exit_code); }
  // Set when it has ended and all it wrote is sent. WHY not until the pipes end: a daemon that the command left behind may
  // hold them for ever. What the command itself wrote is in them when it ends.
  std::optional<std::uint32_t> exit_code() const;

 private:
  void pass_input();
  // Sends what the pipe holds; closes it at its end.
  void pass_output(sys::UniqueFd& pipe, protocol::Type type);
  void resize(const std::string& payload) const;
  RunningCommand command_;
  Send send_;
  std::uint32_t room_ = protocol::kOutputWindow;
  std::string pending_input_;
  bool input_ended_ = false;
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace vm::guest
