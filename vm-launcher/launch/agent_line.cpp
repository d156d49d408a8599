// See agent_line.h.
#include "vm-launcher/launch/agent_line.h"

#include <algorithm>

#include "base/sys/fd.h"

namespace vm {

using protocol::Type;

AgentLine::AgentLine(int port) : port_(port) {
  sys::set_nonblocking(port_, true);
}

void AgentLine::send(Type type, std::string_view payload, std::uint16_t channel) {
  out_ += protocol::encode(type, payload, channel);
  flush();
}

void AgentLine::send_input(Type type, std::string_view payload, std::uint16_t channel) {
  waiting_.push_back({type, std::string(payload), channel});
  move_up();
}

void AgentLine::forget_input(std::uint16_t channel) {
  std::erase_if(waiting_, [&](const protocol::Frame& frame) { return frame.channel == channel; });
}

// Of what waits, as much as the line has room for.
void AgentLine::move_up() {
  while (!waiting_.empty()) {
    const protocol::Frame& next = waiting_.front();
    if (under_way_ > 0 && under_way_ + next.payload.size() > protocol::kLineWindow) return;
    under_way_ += static_cast<std::uint32_t>(next.payload.size());
    send(next.type, next.payload, next.channel);
    waiting_.pop_front();
  }
}

short AgentLine::events() const {
  return out_.empty() ? POLLIN : POLLIN | POLLOUT;
}

void AgentLine::serve(short revents, const std::function<void(const protocol::Frame&)>& take) {
  if ((revents & (POLLIN | POLLHUP)) != 0) read(take);
  if ((revents & POLLOUT) != 0) flush();
}

void AgentLine::read(const std::function<void(const protocol::Frame&)>& take) {
  char buffer[64 * 1024];
  const auto got = sys::try_read(port_, buffer);
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    gone_ = true;
    return;
  }
  decoder_.feed({buffer, static_cast<std::size_t>(got.value)});
  while (const auto frame = decoder_.next()) {
    if (frame->type != Type::received) {
      take(*frame);
    } else if (const auto count = protocol::decode_number(frame->payload)) {
      under_way_ -= std::min(under_way_, *count);
      move_up();
    }
  }
}

// Writes what the port takes now; poll(2) tells when it takes more.
void AgentLine::flush() {
  while (!out_.empty()) {
    const auto written = sys::try_write(port_, out_);
    if (written.error == EAGAIN) return;
    if (!written.ok()) {
      gone_ = true;
      return out_.clear();
    }
    out_.erase(0, static_cast<std::size_t>(written.value));
  }
}

}  // namespace vm
