// See supervisor.h.
#include "vm-launcher/launch/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/sys/entropy.h"
#include "base/sys/process.h"

namespace vm {

namespace {

using protocol::Type;
using namespace std::chrono_literals;

// A console that never stops must not fill the host's memory; the log file has the rest.
constexpr std::size_t kConsoleKept = 65536;
constexpr std::size_t kTail = 1500;
constexpr auto kForever = 24h;
constexpr int kInsisting = 3;

int milliseconds_until(std::chrono::steady_clock::time_point until) {
  const auto left = until - std::chrono::steady_clock::now();
  return static_cast<int>(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(left).count(), std::int64_t{0}));
}

}  // namespace

Supervisor::Supervisor(Boot& boot, Timeline& timeline, int signals, Control* control, int console_log)
    : boot_(boot), timeline_(timeline), signals_(signals), control_(control), console_log_(console_log) {
  // WHY: the guest may stop reading; what it does not take waits in to_agent_, not in a blocked write(2).
  sys::set_nonblocking(boot_.agent(), true);
}

Arrival Supervisor::await_ready(std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  while (!ready_ && !gone_ && !cancelled_ && Clock::now() < until)
    wait(until);
  if (ready_) return Arrival::ready;
  if (cancelled_) return Arrival::cancelled;
  return gone_ ? Arrival::gone : Arrival::timed_out;
}

void Supervisor::renew() {
  constexpr std::size_t kSeed = 32;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  send(Type::renew, protocol::encode(protocol::Renewal{
                        static_cast<std::uint32_t>(seconds.count()),
                        static_cast<std::uint32_t>(std::chrono::nanoseconds(now - seconds).count()),
                        sys::random_bytes(kSeed)}));
}

Ending Supervisor::converse(const protocol::Command& command, int input) {
  const std::string order = protocol::encode(command);
  if (order.size() > protocol::kMaxPayload) {
    return {125, "command and environment are longer than 64 KiB together"};
  }
  send(Type::run, order);
  command_runs_ = true;
  input_ = input;
  credit_ = protocol::kInputWindow;
  if (input_ < 0) send(Type::input_end, {});
  while (!ending_) {
    if (gone_) return {125, "the VM ended before the command did"};
    if (kill_at_ && Clock::now() >= *kill_at_) return {128 + SIGKILL, ""};
    wait(kill_at_.value_or(Clock::now() + kForever));
  }
  return *ending_;
}

void Supervisor::wait(Clock::time_point until) {
  const bool want_input = input_ >= 0 && credit_ > 0 && to_agent_.empty();
  const short agent_events = to_agent_.empty() ? POLLIN : POLLIN | POLLOUT;
  std::vector<pollfd> entries = {{boot_.agent(), agent_events, 0},
                                 {console_open_ ? boot_.console() : -1, POLLIN, 0},
                                 {boot_.stopped_descriptor(), POLLIN, 0},
                                 {signals_, POLLIN, 0},
                                 {want_input ? input_ : -1, POLLIN, 0}};
  if (control_ != nullptr) control_->add_to(entries);
  if (sys::poll(entries, milliseconds_until(until)) == 0) return;
  if (entries[1].revents != 0) read_console();
  if ((entries[0].revents & (POLLIN | POLLHUP)) != 0) read_agent();
  if ((entries[0].revents & POLLOUT) != 0) flush();
  if (entries[3].revents != 0) obey_signal();
  if (entries[4].revents != 0) read_input();
  if (control_ != nullptr) obey(control_->serve(entries, console_));
  // ORDER: last, so that frames which arrived before the end are read.
  if (entries[2].revents != 0) gone_ = true;
}

void Supervisor::read_console() {
  char buffer[4096];
  const auto got = sys::try_read(boot_.console(), buffer);
  if (!got.ok() || got.value == 0) {
    console_open_ = false;
    return;
  }
  timeline_.mark(Stamp::first_console);
  const std::string_view bytes(buffer, static_cast<std::size_t>(got.value));
  console_ += bytes;
  if (console_.size() > kConsoleKept) console_.erase(0, console_.size() - kConsoleKept);
  if (console_log_ >= 0) sys::write_all(console_log_, bytes);
  if (control_ != nullptr) control_->broadcast(bytes);
}

void Supervisor::read_agent() {
  char buffer[64 * 1024];
  const auto got = sys::try_read(boot_.agent(), buffer);
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    gone_ = true;
    return;
  }
  decoder_.feed({buffer, static_cast<std::size_t>(got.value)});
  while (const auto frame = decoder_.next())
    understand(*frame);
}

// What the guest says is foreign: a frame out of turn, or one that cannot be decoded, is dropped.
void Supervisor::understand(const protocol::Frame& frame) {
  if (frame.type == Type::ready && !ready_) {
    ready_ = protocol::decode_ready(frame.payload);
    if (ready_) timeline_.mark(Stamp::ready);
    return;
  }
  if (!command_runs_) return;
  const auto number = protocol::decode_number(frame.payload);
  switch (frame.type) {
    case Type::output:
    case Type::error_output:
      timeline_.mark(Stamp::first_output);
      return sys::write_all(frame.type == Type::output ? 1 : 2, frame.payload);
    case Type::input_taken:
      if (number)
        credit_ = std::min(protocol::kInputWindow, credit_ + std::min(*number, protocol::kInputWindow));
      return;
    case Type::exited:
      if (number) finish(static_cast<int>(*number & 0xffU));
      return;
    case Type::failed:
      if (auto failure = protocol::decode_failure(frame.payload)) {
        finish(static_cast<int>(failure->exit_code), std::move(failure->reason));
      }
      return;
    default:
      return;
  }
}

void Supervisor::finish(int exit_code, std::string trouble) {
  timeline_.mark(Stamp::exited);
  ending_ = Ending{exit_code, std::move(trouble)};
}

// As `docker run`: the command gets the signal, and who insists (the third) is obeyed without it.
void Supervisor::obey_signal() {
  const int signal = sys::next_signal(signals_);
  if (signal == 0) return;
  if (!command_runs_) {
    cancelled_ = true;
    return;
  }
  send(Type::signal, protocol::encode_number(static_cast<std::uint32_t>(signal)));
  if (++signals_seen_ >= kInsisting) kill_at_ = Clock::now();
}

void Supervisor::obey(const Control::Orders& orders) {
  if (!orders.console_input.empty() && console_open_) {
    // Nobody may be reading in the guest: what the port does not take is dropped, as on a real serial line.
    sys::try_write(boot_.console(), orders.console_input);
  }
  if (orders.stop_after_s) stop(std::chrono::seconds(*orders.stop_after_s));
}

void Supervisor::stop(std::chrono::seconds grace) {
  cancelled_ = !command_runs_;
  if (command_runs_) send(Type::signal, protocol::encode_number(SIGTERM));
  kill_at_ = Clock::now() + grace;
}

void Supervisor::read_input() {
  char buffer[4096];
  const std::size_t size = std::min<std::size_t>(sizeof buffer, credit_);
  const auto got = sys::try_read(input_, std::span(buffer, size));
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    input_ = -1;
    return send(Type::input_end, {});
  }
  credit_ -= static_cast<std::uint32_t>(got.value);
  send(Type::input, {buffer, static_cast<std::size_t>(got.value)});
}

void Supervisor::send(Type type, std::string_view payload) {
  to_agent_ += protocol::encode(type, payload);
  flush();
}

// Writes what the port takes now; poll(2) tells when it takes more.
void Supervisor::flush() {
  while (!to_agent_.empty()) {
    const auto written = sys::try_write(boot_.agent(), to_agent_);
    if (written.error == EAGAIN) return;
    if (!written.ok()) {
      gone_ = true;
      return to_agent_.clear();
    }
    to_agent_.erase(0, static_cast<std::size_t>(written.value));
  }
}

std::string Supervisor::console_tail() const {
  std::string text = console_.size() > kTail ? "..." + console_.substr(console_.size() - kTail) : console_;
  std::erase(text, '\r');
  return text.empty() ? "(the console said nothing)" : text;
}

}  // namespace vm
