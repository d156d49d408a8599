// Watches one booted VM: its console, the agent's frames, signals to the launcher, orders of other commands, and
// QEMU's end. One loop, one place where everything that can happen is seen. protocol/messages.h draws the exchange.
// Reads: poll(2), signalfd(2).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "vm-launcher/launch/boot.h"
#include "vm-launcher/launch/control.h"
#include "vm-launcher/protocol/frame.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

// How waiting for READY ended.
enum class Arrival { ready, timed_out, gone, cancelled };

// What the command left behind.
struct Ending {
  int exit_code = 0;
  std::string trouble;  // why there is no exit code of the command itself; empty when there is one
};

class Supervisor {
 public:
  // `signals` is a signalfd of SIGINT and SIGTERM; `control` may be null.
  Supervisor(Boot& boot, Timeline& timeline, int signals, Control* control, int console_log);

  Arrival await_ready(std::chrono::milliseconds deadline);
  // For a guest that goes on from a snapshot: what it cannot know. It says READY again. ORDER: before await_ready().
  void renew();
  // Has the guest mount a disk. ORDER: before converse(), which hears of it if that fails.
  void mount(const protocol::Mount& disk) { send(protocol::Type::mount, protocol::encode(disk)); }
  // Runs the command; its streams go to this process's own. `input` is -1 for none.
  Ending converse(const protocol::Command& command, int input);

  const protocol::Ready& greeting() const { return *ready_; }
  // The last lines of the console, for a person.
  std::string console_tail() const;
  std::size_t garbage() const { return decoder_.discarded(); }

 private:
  using Clock = std::chrono::steady_clock;
  void wait(Clock::time_point until);
  void read_console();
  void read_agent();
  void understand(const protocol::Frame& frame);
  void finish(int exit_code, std::string trouble = {});
  void obey_signal();
  void obey(const Control::Orders& orders);
  void stop(std::chrono::seconds grace);
  void read_input();
  void send(protocol::Type type, std::string_view payload);
  void flush();

  Boot& boot_;
  Timeline& timeline_;
  int signals_;
  Control* control_;
  int console_log_;
  protocol::Decoder decoder_;
  std::optional<protocol::Ready> ready_;
  std::optional<Ending> ending_;
  std::string console_;
  std::string to_agent_;
  int input_ = -1;
  std::uint32_t credit_ = 0;
  int signals_seen_ = 0;
  bool command_runs_ = false;
  bool gone_ = false;
  bool cancelled_ = false;
  bool console_open_ = true;
  std::optional<Clock::time_point> kill_at_;
};

}  // namespace vm
