// One message between launcher and guest-init, as bytes on a serial line or a virtio-serial port.
//
//     magic a5 'I' 'V' 'M' | version 1 | type 1 | channel 2 | length 4 | crc 4 | payload (length bytes)
//
// A channel is one command in the guest, with its streams; channel 0 is the VM's own command, whose end is the VM's.
// Integers are little-endian; the CRC-32 covers version to length and the payload. WHY a magic and a CRC on a
// reliable pipe: firmware, boot loaders and a panicking kernel may write to the same line, so a receiver must
// find the next frame after any garbage, and neither side trusts the other. messages.h says what the payloads
// hold. Reads: docs/decisions/0011-agent-frames.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vm::protocol {

inline constexpr std::uint8_t kVersion = 2;
inline constexpr std::size_t kHeaderSize = 16;
// Longest payload. A longer length is garbage, so a hostile peer cannot make the receiver hoard memory.
inline constexpr std::size_t kMaxPayload = 65536;

// Values are the wire's; never renumber.
enum class Type : std::uint8_t {
  // guest to launcher
  ready = 1,         // Ready: PID 1 has its mounts and waits for orders
  output = 2,        // bytes of the command's standard output, or of its terminal
  error_output = 3,  // bytes of its standard error
  input_taken = 4,   // number: bytes of standard input passed on; gives the channel that much credit back
  exited = 5,        // number: as a shell reports it (128 + signal)
  failed = 6,        // Failure: the command could not be started, or what it wrote be kept
  received = 7,      // number: bytes of input read off the line, whichever channel they are for
  started = 8,       // number: the command's process in the guest
  // launcher to guest
  run = 16,           // Command
  input = 17,         // bytes of standard input
  input_end = 18,     // standard input has ended
  signal = 19,        // number: for the command
  power_off = 20,     // leave now
  mount = 21,         // Mount: a disk that the command shall find at a path
  output_taken = 22,  // number: bytes of output passed on; gives the guest that much credit back
  resize = 23,        // WindowSize: of the command's terminal
  clock = 24,         // Clock: what time it is
  network = 25,       // Network: the guest's address on the one network it has
  renew = 32,         // Renewal: the guest goes on from a snapshot, and answers "ready" again
};

struct Frame {
  Type type{};
  std::string payload;
  std::uint16_t channel = 0;
};

// The bytes of one frame. `payload` is at most kMaxPayload long.
std::string encode(Type type, std::string_view payload, std::uint16_t channel = 0);

// Finds frames in a stream that may hold anything.
class Decoder {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole frame, or nullopt until more bytes come.
  std::optional<Frame> next();
  // Bytes thrown away because they belonged to no frame.
  std::size_t discarded() const { return discarded_; }
  // Set once a frame with a good magic but another protocol version was seen.
  std::optional<std::uint8_t> foreign_version() const { return foreign_version_; }

 private:
  void discard(std::size_t count);
  bool skip_to_magic();
  std::string buffer_;
  std::size_t discarded_ = 0;
  std::optional<std::uint8_t> foreign_version_;
};

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace vm::protocol
