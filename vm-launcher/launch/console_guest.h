// A guest without guest-init, as the launcher sees it: a serial console. What it prints is the output of the VM's "command",
// what the user types its input. It answers Streams as guest-init would, so that a user who waits and a log that is kept
// serve both kinds of guest. Reads: protocol/messages.h, launch/streams.h.
#pragma once

#include <string_view>

#include "vm-launcher/launch/streams.h"

namespace vm {

class ConsoleGuest {
 public:
  // `console` stays the caller's.
  explicit ConsoleGuest(int console) : console_(console) {}
  ConsoleGuest(const ConsoleGuest&) = delete;
  ConsoleGuest& operator=(const ConsoleGuest&) = delete;

  // What the streams of this guest say to "the command".
  SendFrame listener();
  // Says to them that it has started.
  void begin(Streams& streams);
  void print(std::string_view bytes);
  // False while the user reads more slowly than the guest prints: then its console waits, as behind a slow modem.
  bool may_print() const { return room_ >= kPiece; }
  // The most that one print() may bring.
  static constexpr std::uint32_t kPiece = 4096;

 private:
  void hear(protocol::Type type, std::string_view payload);
  int console_;
  Streams* streams_ = nullptr;
  std::uint32_t room_ = protocol::kOutputWindow;
};

}  // namespace vm
