// What the payloads of frame.h hold, and who may say what when:
//
//     launcher                                   guest-init
//        |  <------------------------- ready        |   mounts and modules are done
//        |  renew ----------------------------->    |   only to a guest that was restored from a snapshot; it says "ready" again
//        |  mount ----------------------------->    |   for each disk with a mount point; "failed" if it cannot be
//        |  run ------------------------------->    |
//        |  input, input_end, signal ---------->    |   at most kInputWindow bytes of input without input_taken
//        |  <------ output, error_output, input_taken|
//        |  <---------------- exited or failed      |   the disks are unmounted; then the guest powers off by itself
//
// A decode of foreign bytes returns nullopt and never throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vm::protocol {

// WHY a window: a serial line has no flow control that QEMU emulates; what the guest's line discipline cannot
// hold (4096 bytes, plus 64 KiB behind it) is lost without a word. Credit keeps less than that under way.
inline constexpr std::uint32_t kInputWindow = 16384;
// Largest piece of output in one frame: small enough that standard output cannot starve standard error.
inline constexpr std::size_t kOutputPiece = 16384;

struct Ready {
  std::string kernel;                // release, as uname(2) says
  std::uint32_t uptime_ms = 0;       // CLOCK_BOOTTIME of the guest: kernel start to here
  std::vector<std::string> trouble;  // what did not work on the way, for a person
};

struct Command {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value", complete
  std::string directory;                 // "/" if empty
  std::string user;                      // as base/users/users.h reads it, with the guest's own files
  std::string hostname;
};

// What a guest cannot know that was saved once and goes on many times.
struct Renewal {
  std::uint32_t seconds = 0;  // since 1970
  std::uint32_t nanoseconds = 0;
  std::string
      seed;  // for the guest's random numbers, which would be those of every other guest of the snapshot
};
inline constexpr std::size_t kMostSeed = 256;

struct Mount {
  std::string serial;  // of the disk, as sysfs says
  std::string path;    // where; made if missing
  bool read_only = false;
};

struct Failure {
  std::uint32_t exit_code = 125;  // 127 not found, 126 not executable, 125 anything else
  std::string reason;
};

std::string encode(const Ready& message);
std::string encode(const Command& message);
std::string encode(const Mount& message);
std::string encode(const Failure& message);
std::string encode(const Renewal& message);
std::string encode_number(std::uint32_t number);

std::optional<Ready> decode_ready(std::string_view payload);
std::optional<Command> decode_command(std::string_view payload);
std::optional<Mount> decode_mount(std::string_view payload);
std::optional<Failure> decode_failure(std::string_view payload);
std::optional<Renewal> decode_renewal(std::string_view payload);
std::optional<std::uint32_t> decode_number(std::string_view payload);

// Name of the virtio-serial port that carries frames: /dev/virtio-ports/NAME by udev, sysfs "name" without.
inline constexpr char kPortName[] = "org.isolab.agent";

}  // namespace vm::protocol
