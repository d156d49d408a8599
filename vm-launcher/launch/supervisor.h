// Watches one booted VM: its console, the agent's frames, signals to the launcher, orders of other commands, and
// QEMU's end. One loop, one place where everything that can happen is seen. protocol/messages.h draws the exchange.
// Reads: poll(2), signalfd(2).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "vm-launcher/launch/boot.h"
#include "vm-launcher/launch/channels.h"
#include "vm-launcher/launch/console_guest.h"
#include "vm-launcher/launch/growing_log.h"
#include "vm-launcher/launch/streams.h"

namespace vm {

// How waiting for READY ended.
enum class Arrival { ready, timed_out, gone, cancelled };

class Supervisor {
 public:
  // `signals` is a signalfd; `control` and `console_log` may be null.
  Supervisor(Boot& boot, Timeline& timeline, int signals, Control* control, GrowingLog* console_log);

  Arrival await_ready(std::chrono::milliseconds deadline);
  // For a guest that goes on from a snapshot: what it cannot know. It says READY again. ORDER: before await_ready().
  void renew();
  // Prepares the guest. ORDER: before converse(), which hears of it if that fails.
  void mount(const protocol::Mount& disk) { line_.send(protocol::Type::mount, protocol::encode(disk)); }
  void set_network(const protocol::Network& it) { line_.send(protocol::Type::network, protocol::encode(it)); }
  void set_clock();

  // Runs the VM's own command until it, or the VM, has ended.
  Ending converse(const protocol::Command& command, Streams& streams);
  // A guest without guest-init, until it powers off or is ended. Signals to this process, and `stop`, are its power button.
  Ending attend(ConsoleGuest& guest, Streams& streams);
  // For the streams of that command.
  SendFrame send_on_main();
  // Told each time the VM is paused or runs again.
  void on_status(std::function<void(const std::string&)> tell) { tell_status_ = std::move(tell); }

  const protocol::Ready& greeting() const { return *ready_; }
  // The last lines of the console, for a person.
  std::string console_tail() const;

 private:
  using Clock = std::chrono::steady_clock;
  void wait(Clock::time_point until);
  bool reads_console() const;
  void read_console();
  void understand(const protocol::Frame& frame);
  void obey_signal();
  void obey(const Control::Request& request);
  void obey_line(int client, const std::string& line);
  void open_channel(int client, bool detached);
  // Verbs of clients; each returns its answer, or nothing if the socket stays open until the VM is gone.
  std::optional<std::string> stop(std::chrono::seconds grace, int signal);
  std::optional<std::string> signal_command(int signal);
  std::optional<std::string> pause(bool paused);
  void ask_to_end(int signal);
  void resize();
  Ending force();

  Boot& boot_;
  Timeline& timeline_;
  int signals_;
  Control* control_;
  GrowingLog* console_log_;
  AgentLine line_;
  std::optional<Channels> channels_;
  std::function<void(const std::string&)> tell_status_;
  std::optional<protocol::Ready> ready_;
  Streams* main_ = nullptr;
  ConsoleGuest* foreign_ = nullptr;  // set if the guest has no guest-init
  std::string console_;
  int signals_seen_ = 0;
  bool terminal_ = false;
  bool gone_ = false;
  bool cancelled_ = false;
  bool paused_ = false;
  bool powered_off_ = false;
  bool console_open_ = true;
  std::optional<Clock::time_point> force_at_;
};

}  // namespace vm
