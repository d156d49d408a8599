// See supervisor.h.
#include "vm-launcher/launch/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/sys/entropy.h"
#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "base/text/text.h"

namespace vm {

namespace {

using protocol::Type;
using namespace std::chrono_literals;

// A console that never stops must not fill the host's memory; the log file has the rest.
constexpr std::size_t kConsoleKept = 65536;
constexpr std::size_t kTail = 1500;
constexpr auto kForever = 24h;
constexpr int kInsisting = 3;
constexpr char kNoAgent[] =
    "the system on its disk has no guest-init that could do that. Next: vm-launcher console, and log in";
// What a guest gets to unmount its disks before it is cut off.
constexpr auto kLastWords = 2s;

int milliseconds_until(std::chrono::steady_clock::time_point until) {
  const auto left = until - std::chrono::steady_clock::now();
  return static_cast<int>(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(left).count(), std::int64_t{0}));
}

protocol::Clock clock_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return {static_cast<std::uint32_t>(seconds.count()),
          static_cast<std::uint32_t>(std::chrono::nanoseconds(now - seconds).count())};
}

}  // namespace

Supervisor::Supervisor(Boot& boot, Timeline& timeline, int signals, Control* control, GrowingLog* console_log)
    : boot_(boot),
      timeline_(timeline),
      signals_(signals),
      control_(control),
      console_log_(console_log),
      line_(boot.agent()) {
  if (control_ != nullptr) channels_.emplace(line_, *control_);
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
  line_.send(Type::renew, protocol::encode(protocol::Renewal{clock_now(), sys::random_bytes(kSeed)}));
}

void Supervisor::set_clock() {
  line_.send(Type::clock, protocol::encode(clock_now()));
}

SendFrame Supervisor::send_on_main() {
  return [this](Type type, std::string_view payload) {
    if (type == Type::input || type == Type::input_end) return line_.send_input(type, payload);
    line_.send(type, payload);
  };
}

Ending Supervisor::converse(const protocol::Command& command, Streams& streams) {
  const std::string order = protocol::encode(command);
  if (order.size() > protocol::kMaxPayload) {
    return {125, "command and environment are longer than 64 KiB together"};
  }
  line_.send(Type::run, order);
  main_ = &streams;
  terminal_ = command.terminal.has_value();
  while (true) {
    if (auto ending = streams.ending()) return *ending;
    if (gone_ && !streams.ended()) return force();
    if (force_at_ && Clock::now() >= *force_at_) {
      if (powered_off_) return force();
      // Disks are unmounted, if the guest still listens.
      line_.send(Type::power_off, {});
      powered_off_ = true;
      force_at_ = Clock::now() + kLastWords;
    }
    wait(force_at_.value_or(Clock::now() + kForever));
  }
}

Ending Supervisor::attend(ConsoleGuest& guest, Streams& streams) {
  foreign_ = &guest;
  main_ = &streams;
  guest.begin(streams);
  while (!gone_ && (!force_at_ || Clock::now() < *force_at_) && !streams.ended())
    wait(force_at_.value_or(Clock::now() + kForever));
  if (gone_ && boot_.powered_off()) return {0, ""};
  return {128 + SIGKILL, gone_ ? "QEMU ended, and not because its guest powered off" : ""};
}

// The command has not ended; the VM has, or is about to.
Ending Supervisor::force() {
  if (force_at_) return {128 + SIGKILL, ""};
  return {125, "the VM ended before the command did"};
}

void Supervisor::wait(Clock::time_point until) {
  // What has ended would be ready for ever.
  std::vector<pollfd> entries = {{gone_ ? -1 : boot_.agent(), line_.events(), 0},
                                 {reads_console() ? boot_.console() : -1, POLLIN, 0},
                                 {gone_ ? -1 : boot_.stopped_descriptor(), POLLIN, 0},
                                 {signals_, POLLIN, 0}};
  const std::size_t folders = entries.size();
  if (!gone_) boot_.watch_folders(entries);
  const std::size_t streams = entries.size();
  if (main_ != nullptr) main_->watch(entries);
  if (control_ != nullptr) control_->add_to(entries);
  if (sys::poll(entries, milliseconds_until(until)) == 0) return;
  if (entries[1].revents != 0) read_console();
  line_.serve(entries[0].revents, [this](const protocol::Frame& frame) { understand(frame); });
  if (entries[3].revents != 0) obey_signal();
  if (main_ != nullptr) main_->serve(std::span(entries).subspan(streams, Streams::kPolled));
  if (control_ != nullptr)
    for (const Control::Request& request : control_->serve(entries))
      obey(request);
  // ORDER: last, so that frames which arrived before the end are read.
  if (entries[2].revents != 0 || line_.gone()) gone_ = true;
  for (const pollfd& server : std::span(entries).subspan(folders, streams - folders))
    if (server.revents != 0) gone_ = true;
}

bool Supervisor::reads_console() const {
  return console_open_ && (foreign_ == nullptr || foreign_->may_print());
}

void Supervisor::read_console() {
  char buffer[ConsoleGuest::kPiece];
  const auto got = sys::try_read(boot_.console(), buffer);
  if (!got.ok() || got.value == 0) {
    console_open_ = false;
    return;
  }
  timeline_.mark(Stamp::first_console);
  const std::string_view bytes(buffer, static_cast<std::size_t>(got.value));
  console_ += bytes;
  if (console_.size() > kConsoleKept) console_.erase(0, console_.size() - kConsoleKept);
  if (console_log_ != nullptr) console_log_->append(bytes);
  if (control_ != nullptr) control_->broadcast(bytes);
  if (foreign_ != nullptr) foreign_->print(bytes);
}

// What the guest says is foreign: a frame out of turn, or one that cannot be decoded, is dropped.
void Supervisor::understand(const protocol::Frame& frame) {
  if (frame.type == Type::ready) {
    if (!ready_) ready_ = protocol::decode_ready(frame.payload);
    if (ready_) timeline_.mark(Stamp::ready);
    return;
  }
  if (frame.channel != 0) {
    if (channels_) channels_->from_guest(frame);
    return;
  }
  if (main_ == nullptr) return;
  if (frame.type == Type::output || frame.type == Type::error_output) timeline_.mark(Stamp::first_output);
  main_->hear(frame);
  if (main_->ended()) timeline_.mark(Stamp::exited);
}

// As `docker run`: the command gets the signal, and who insists (the third) is obeyed without it.
void Supervisor::obey_signal() {
  const int signal = sys::next_signal(signals_);
  if (signal == 0 || signal == SIGPIPE) return;
  if (signal == SIGWINCH) return resize();
  if (main_ == nullptr) {
    cancelled_ = true;
    return;
  }
  ask_to_end(signal);
  if (++signals_seen_ >= kInsisting) force_at_ = Clock::now();
}

void Supervisor::ask_to_end(int signal) {
  if (foreign_ != nullptr) return boot_.domain().press_power_button();
  line_.send(Type::signal, protocol::encode_number(static_cast<std::uint32_t>(signal)));
}

void Supervisor::resize() {
  if (terminal_ && sys::isatty(1)) line_.send(Type::resize, protocol::encode(terminal_size(1)));
}

void Supervisor::obey(const Control::Request& request) {
  if (request.gone) return channels_->client_gone(request.client);
  if (request.frame) return channels_->from_client(request.client, *request.frame);
  if (request.line.empty()) {
    // Nobody may be reading in the guest: what the port does not take is dropped, as on a real serial line.
    if (console_open_) sys::try_write(boot_.console(), request.typed);
    return;
  }
  try {
    obey_line(request.client, request.line);
  } catch (const std::exception& error) {
    control_->finish(request.client, fmt::format("error: {}\n", error.what()));
  }
}

void Supervisor::obey_line(int client, const std::string& line) {
  const auto words = text::words(line, " ");
  const auto number = [&](std::size_t at) {
    return at < words.size() ? std::max(0, text::number<int>(words[at]).value_or(0)) : 0;
  };
  const std::string_view verb = words.empty() ? "" : words[0];
  std::optional<std::string> answer;
  if (verb == "console") return control_->send(client, console_);
  if (verb == "agent") return open_channel(client, words.size() > 1);
  if (verb == "stop") {
    answer = stop(std::chrono::seconds(number(1)), number(2));
  } else if (verb == "kill") {
    force_at_ = Clock::now();
    cancelled_ = powered_off_ = true;
  } else if (verb == "signal") {
    answer = signal_command(number(1));
  } else if (verb == "pause" || verb == "resume") {
    answer = pause(verb == "pause");
  } else if (verb == "xml") {
    answer = boot_.domain().document();
  } else {
    answer = "error: there is no such verb\n";
  }
  if (answer) control_->finish(client, *answer);
}

void Supervisor::open_channel(int client, bool detached) {
  if (main_ != nullptr && foreign_ == nullptr) return channels_->open(client, detached);
  const protocol::Failure failure{125, foreign_ == nullptr ? "the VM has not booted yet" : kNoAgent};
  control_->finish(client, protocol::encode(Type::failed, protocol::encode(failure)));
}

std::optional<std::string> Supervisor::stop(std::chrono::seconds grace, int signal) {
  // A guest that stands still hears no signal.
  if (paused_) pause(false);
  cancelled_ = main_ == nullptr;
  // Without grace there is nothing to ask for.
  if (main_ != nullptr && grace > 0s) ask_to_end(signal);
  force_at_ = Clock::now() + grace;
  return std::nullopt;
}

std::optional<std::string> Supervisor::signal_command(int signal) {
  if (main_ == nullptr) return "error: the VM has not booted yet\n";
  if (foreign_ != nullptr) return fmt::format("error: {}\n", kNoAgent);
  line_.send(Type::signal, protocol::encode_number(static_cast<std::uint32_t>(signal)));
  return "ok\n";
}

std::optional<std::string> Supervisor::pause(bool paused) {
  if (main_ == nullptr) return "error: the VM has not booted yet\n";
  if (paused == paused_) return fmt::format("error: the VM is {}paused\n", paused ? "already " : "not ");
  paused ? boot_.domain().suspend() : boot_.domain().resume();
  paused_ = paused;
  // Its clock stood still.
  if (!paused) set_clock();
  if (tell_status_) tell_status_(paused ? "paused" : "running");
  return "ok\n";
}

std::string Supervisor::console_tail() const {
  std::string text = console_.size() > kTail ? "..." + console_.substr(console_.size() - kTail) : console_;
  std::erase(text, '\r');
  return text.empty() ? "(the console said nothing)" : text;
}

}  // namespace vm
