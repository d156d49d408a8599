// What the payloads of frame.h hold, and who may say what when:
//
//     launcher                                   guest-init
//        |  <------------------------- ready        |   mounts and modules are done
//        |  renew ----------------------------->    |   only to a guest that was restored from a snapshot; it says "ready" again
//        |  network, mount, clock ------------->    |   "failed" on channel 0 if it cannot be
//        |  run 0 ----------------------------->    |   the VM's own command
//        |  run 7 ----------------------------->    |   one more (exec, cp, top), at any time, while there are channels
//        |  <------------------------ started N     |   or failed N
//        |  input N, input_end N, signal N, resize N -->
//        |  <----- output N, error_output N, input_taken N, received
//        |  output_taken N -------------------->    |
//        |  <---------------------- exited N        |   and channel N is free again
//        |  <---------------- exited 0, failed 0    |   the disks are unmounted; then the guest leaves by itself
//        |  power_off ------------------------->    |   the same without waiting for the command
//
// Nobody can make another wait. Each direction of a channel has a window, which is what may be under way and what the
// receiver has to keep for a reader that does not read; the reader's taking gives it back (input_taken, output_taken).
// A decode of foreign bytes returns nullopt and never throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vm::protocol {

// Of one channel: what guest-init may have to keep of its input, and the launcher of its output.
inline constexpr std::uint32_t kInputWindow = 16384;
inline constexpr std::uint32_t kOutputWindow = 65536;
// Of the line, for input of all channels together. WHY: a serial line has no flow control that QEMU emulates; what the
// guest's line discipline cannot hold (4096 bytes, plus 64 KiB behind it) is lost without a word.
inline constexpr std::uint32_t kLineWindow = 32768;
// Largest piece of output in one frame: small enough that one stream cannot starve another.
inline constexpr std::size_t kOutputPiece = 16384;
// Commands at once, the VM's own among them.
inline constexpr std::size_t kMostChannels = 64;

struct Ready {
  std::string kernel;                // release, as uname(2) says
  std::uint32_t uptime_ms = 0;       // CLOCK_BOOTTIME of the guest: kernel start to here
  std::vector<std::string> trouble;  // what did not work on the way, for a person
};

struct WindowSize {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

// A program of the image or, if `tool` names one, a part of guest-init that does its work with the same three streams:
// images need no tar and no ps. guest/tools.h lists them.
struct Command {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value", complete
  std::string directory;                 // "/" if empty
  std::string user;                      // as base/users/users.h reads it, with the guest's own files
  std::string hostname;
  std::string tool = {};                    // with its arguments in `arguments`; empty for a program
  std::optional<WindowSize> terminal = {};  // a terminal instead of three pipes
};

struct Clock {
  std::uint32_t seconds = 0;  // since 1970
  std::uint32_t nanoseconds = 0;
};

// Addresses as text: "10.0.2.15".
struct Network {
  std::string address;
  std::uint32_t prefix = 24;
  std::string gateway;      // empty for none
  std::string resolv_conf;  // the whole file
};

// What a guest cannot know that was saved once and goes on many times.
struct Renewal {
  Clock now;
  // For the guest's random numbers, which would be those of every other guest of the snapshot.
  std::string seed;
};
inline constexpr std::size_t kMostSeed = 256;

struct Mount {
  std::string source;  // the serial of a disk, as sysfs says, or the tag of a folder that is shared
  std::string path;    // where; made if missing
  bool read_only = false;
  bool shared = false;  // a folder of the host, by virtiofs
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
std::string encode(const WindowSize& message);
std::string encode(const Clock& message);
std::string encode(const Network& message);
std::string encode_number(std::uint32_t number);

std::optional<Ready> decode_ready(std::string_view payload);
std::optional<Command> decode_command(std::string_view payload);
std::optional<Mount> decode_mount(std::string_view payload);
std::optional<Failure> decode_failure(std::string_view payload);
std::optional<Renewal> decode_renewal(std::string_view payload);
std::optional<WindowSize> decode_window_size(std::string_view payload);
std::optional<Clock> decode_clock(std::string_view payload);
std::optional<Network> decode_network(std::string_view payload);
std::optional<std::uint32_t> decode_number(std::string_view payload);

// Name of the virtio-serial port that carries frames: /dev/virtio-ports/NAME by udev, sysfs "name" without.
inline constexpr char kPortName[] = "org.isolab.agent";

}  // namespace vm::protocol
