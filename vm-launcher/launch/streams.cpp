// See streams.h.
#include "vm-launcher/launch/streams.h"

#include <algorithm>
#include <csignal>

#include "base/sys/terminal.h"

namespace vm {

namespace {

using protocol::Type;

// Credit goes back in quarters of the window: a frame costs the guest more than the bytes it tells of.
constexpr std::uint32_t kWorthTelling = protocol::kOutputWindow / 4;
// SPEC: pipe(7): what POLLOUT promises to take without waiting is PIPE_BUF bytes.
constexpr std::size_t kPiece = 4096;

std::optional<Ending> ending_in(const protocol::Frame& frame) {
  const auto number = protocol::decode_number(frame.payload);
  if (frame.type == Type::exited && number) return Ending{static_cast<int>(*number & 0xffU), {}};
  if (frame.type != Type::failed) return std::nullopt;
  if (auto failure = protocol::decode_failure(frame.payload))
    return Ending{static_cast<int>(failure->exit_code), std::move(failure->reason)};
  return std::nullopt;
}

void tell_taken(std::uint32_t& taken, std::size_t count, const SendFrame& send) {
  taken += static_cast<std::uint32_t>(count);
  if (taken < kWorthTelling) return;
  send(Type::output_taken, protocol::encode_number(taken));
  taken = 0;
}

}  // namespace

UserStreams::UserStreams(int input, int output, int error, SendFrame send)
    : input_(input), output_{output, {}}, error_{error, {}}, send_(std::move(send)) {
  if (input_ < 0) send_(Type::input_end, {});
}

void UserStreams::watch(std::vector<pollfd>& polled) const {
  polled.push_back({credit_ > 0 && !ending_ ? input_ : -1, POLLIN, 0});
  polled.push_back({output_.pending.empty() ? -1 : output_.fd, POLLOUT, 0});
  polled.push_back({error_.pending.empty() ? -1 : error_.fd, POLLOUT, 0});
}

void UserStreams::serve(std::span<const pollfd> polled) {
  if (polled[0].revents != 0) read_input();
  if (polled[1].revents != 0) write(output_);
  if (polled[2].revents != 0) write(error_);
}

// What the guest says is foreign: a frame out of turn, or one that cannot be decoded, is dropped.
void UserStreams::hear(const protocol::Frame& frame) {
  if (ending_) return;
  const auto number = protocol::decode_number(frame.payload);
  switch (frame.type) {
    case Type::output:
      return keep(output_, frame.payload);
    case Type::error_output:
      return keep(error_, frame.payload);
    case Type::started:
      started_ = number.value_or(0);
      return;
    case Type::input_taken:
      if (number) credit_ += std::min(*number, protocol::kInputWindow - credit_);
      return;
    default:
      ending_ = ending_in(frame);
  }
}

void UserStreams::keep(Out& out, const std::string& bytes) {
  if (output_.pending.size() + error_.pending.size() + bytes.size() > protocol::kOutputWindow) {
    ending_ = Ending{125, "the guest sent more output than it was given room for: it is broken or hostile"};
    return;
  }
  if (out.fd < 0) return taken(bytes.size());
  out.pending += bytes;
}

void UserStreams::write(Out& out) {
  const auto written = sys::try_write(out.fd, std::string_view(out.pending).substr(0, kPiece));
  if (written.error == EAGAIN) return;
  std::size_t count = static_cast<std::size_t>(written.value);
  if (!written.ok()) {
    // Nobody reads it any more: the command learns it as it would from a pipe of its own.
    out.fd = -1;
    send_(Type::signal, protocol::encode_number(SIGPIPE));
    count = out.pending.size();
  }
  out.pending.erase(0, count);
  taken(count);
}

void UserStreams::taken(std::size_t count) {
  tell_taken(taken_, count, send_);
}

void UserStreams::read_input() {
  char buffer[4096];
  const auto got = sys::try_read(input_, std::span(buffer, std::min<std::size_t>(sizeof buffer, credit_)));
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    input_ = -1;
    return send_(Type::input_end, {});
  }
  credit_ -= static_cast<std::uint32_t>(got.value);
  send_(Type::input, {buffer, static_cast<std::size_t>(got.value)});
}

std::optional<Ending> UserStreams::ending() const {
  const bool written = output_.pending.empty() && error_.pending.empty();
  return written ? ending_ : std::nullopt;
}

protocol::WindowSize terminal_size(int fd) {
  const winsize size = sys::window_size(fd);
  return {size.ws_row, size.ws_col};
}

LoggedStreams::LoggedStreams(const std::string& log, SendFrame send) : log_(log), send_(std::move(send)) {
  send_(Type::input_end, {});
}

void LoggedStreams::watch(std::vector<pollfd>& polled) const {
  polled.insert(polled.end(), kPolled, {-1, 0, 0});
}

void LoggedStreams::hear(const protocol::Frame& frame) {
  if (ending_) return;
  if (frame.type != Type::output && frame.type != Type::error_output) {
    ending_ = ending_in(frame);
    return;
  }
  log_.append(protocol::encode(frame.type, frame.payload));
  tell_taken(taken_, frame.payload.size(), send_);
}

}  // namespace vm
