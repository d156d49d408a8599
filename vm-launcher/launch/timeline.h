// When what happened in one boot, in milliseconds since the user asked. The first four are the time stamps of a
// boot; a stamp that was not reached prints as null, never as 0.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vm {

enum class Stamp {
  prepared,       // kernel and initramfs are at hand
  connected,      // libvirt answers
  qemu_started,   // QEMU is set up and its CPUs are let go
  first_console,  // the first byte on the console
  ready,          // guest-init waits for orders
  first_output,   // the command's first byte has arrived
  exited,         // the exit code has arrived
  gone,           // QEMU has ended and its files are removed
};

class Timeline {
 public:
  Timeline() : start_(std::chrono::steady_clock::now()) {}
  // Keeps the first time only.
  void mark(Stamp stamp);
  // A second attempt starts over from QEMU on; the request stays where it was.
  void forget_boot();
  std::optional<double> at(Stamp stamp) const;
  double now() const;
  // One JSON object: "request" 0, each stamp or null, then `facts` as strings or numbers.
  std::string to_json(const std::vector<std::pair<std::string, std::string>>& facts) const;

 private:
  std::chrono::steady_clock::time_point start_;
  std::optional<double> stamps_[8];
};

}  // namespace vm
