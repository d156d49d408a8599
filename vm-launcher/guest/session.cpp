// See session.h.
#include "vm-launcher/guest/session.h"

#include <algorithm>

#include "base/sys/terminal.h"

namespace vm::guest {

namespace {

using protocol::Type;

bool ready_to_read(const sys::UniqueFd& fd) {
  pollfd entry{fd.get(), POLLIN, 0};
  return fd && sys::poll({&entry, 1}, 0) > 0;
}

}  // namespace

void Session::watch(std::vector<pollfd>& polled) const {
  // A negative descriptor is skipped by poll(2): a closed pipe, or one with nothing to pass on.
  polled.push_back({pending_input_.empty() ? -1 : command_.input.get(), POLLOUT, 0});
  polled.push_back({room_ > 0 ? command_.output.get() : -1, POLLIN, 0});
  polled.push_back({room_ > 0 ? command_.error.get() : -1, POLLIN, 0});
}

void Session::serve(std::span<const pollfd> polled) {
  if (polled[0].revents != 0) pass_input();
  if (polled[1].revents != 0) pass_output(command_.output, Type::output);
  if (polled[2].revents != 0) pass_output(command_.error, Type::error_output);
}

void Session::obey(const protocol::Frame& order) {
  const auto number = protocol::decode_number(order.payload);
  switch (order.type) {
    case Type::input:
      // More than the window is not from a launcher that keeps to the protocol.
      if (pending_input_.size() + order.payload.size() > protocol::kInputWindow) return;
      pending_input_ += order.payload;
      return pass_input();
    case Type::input_end:
      input_ended_ = true;
      return pass_input();
    case Type::signal:
      if (number) pass_signal(static_cast<int>(*number));
      return;
    case Type::output_taken:
      if (number) room_ += std::min(*number, protocol::kOutputWindow - room_);
      return;
    case Type::resize:
      return resize(order.payload);
    default:
      return;
  }
}

// To the command and what it started. WHY the second: a command that has just been made leads no group yet (setsid(2)).
void Session::pass_signal(int signal) const {
  if (exit_code_) return;
  if (!sys::kill_if_present(-command_.pid, signal)) sys::kill_if_present(command_.pid, signal);
}

void Session::resize(const std::string& payload) const {
  const auto size = protocol::decode_window_size(payload);
  if (command_.terminal && size) set_size(command_.output, *size);
}

void Session::pass_input() {
  while (command_.input && !pending_input_.empty()) {
    const auto written = sys::try_write(command_.input.get(), pending_input_);
    if (written.error == EAGAIN) return;
    const std::size_t count = written.ok() ? static_cast<std::size_t>(written.value) : pending_input_.size();
    if (!written.ok()) command_.input.reset();  // EPIPE: the command reads no more; swallow the rest
    pending_input_.erase(0, count);
    send_(Type::input_taken, protocol::encode_number(static_cast<std::uint32_t>(count)));
  }
  if (!command_.input && !pending_input_.empty()) {
    send_(Type::input_taken, protocol::encode_number(static_cast<std::uint32_t>(pending_input_.size())));
    pending_input_.clear();
  }
  // A terminal has no end that the other side could send; who types there ends it by Ctrl-D.
  if (input_ended_ && !command_.terminal) command_.input.reset();
}

void Session::pass_output(sys::UniqueFd& pipe, Type type) {
  char buffer[protocol::kOutputPiece];
  const std::span<char> piece(buffer, std::min<std::size_t>(sizeof buffer, room_));
  if (piece.empty()) return;
  const std::size_t count =
      command_.terminal ? sys::read_terminal(pipe.get(), piece) : sys::read(pipe.get(), piece);
  if (count == 0) return pipe.reset();
  room_ -= static_cast<std::uint32_t>(count);
  send_(type, {buffer, count});
}

std::optional<std::uint32_t> Session::exit_code() const {
  if (!exit_code_ || ready_to_read(command_.output) || ready_to_read(command_.error)) return std::nullopt;
  return exit_code_;
}

}  // namespace vm::guest
