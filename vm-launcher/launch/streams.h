// The other end of a command's channel: where its output goes and its input comes from. Two kinds: the descriptors of a
// user who waits for it, here or in another process (`exec`), and the log of a VM that runs detached.
// Reads: protocol/messages.h, poll(2), pipe(7).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "vm-launcher/launch/growing_log.h"
#include "vm-launcher/protocol/frame.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

// What the command left behind.
struct Ending {
  int exit_code = 0;
  std::string trouble;  // why there is no exit code of the command itself; empty when there is one
};

class Streams {
 public:
  virtual ~Streams() = default;
  // Entries that watch() appends and serve() gets back after poll(2).
  static constexpr std::size_t kPolled = 3;
  virtual void watch(std::vector<pollfd>& polled) const = 0;
  virtual void serve(std::span<const pollfd> polled) = 0;
  // A frame of the command's channel, from a guest that may be hostile.
  virtual void hear(const protocol::Frame& frame) = 0;
  // The command has ended, or there never was one.
  virtual bool ended() const = 0;
  // How, once all its output is where it belongs.
  virtual std::optional<Ending> ending() const = 0;
};

// Sends a frame on the command's channel.
using SendFrame = std::function<void(protocol::Type, std::string_view)>;

class UserStreams : public Streams {
 public:
  // `input` is -1 for none: then the command's ends at once.
  UserStreams(int input, int output, int error, SendFrame send);
  void watch(std::vector<pollfd>& polled) const override;
  void serve(std::span<const pollfd> polled) override;
  void hear(const protocol::Frame& frame) override;
  bool ended() const override { return ending_.has_value(); }
  std::optional<Ending> ending() const override;
  // The process of the command, in the guest's numbers; 0 until it has started.
  std::uint32_t started() const { return started_; }

 private:
  struct Out {
    int fd = -1;
    std::string pending;
  };
  void keep(Out& out, const std::string& bytes);
  void write(Out& out);
  void taken(std::size_t count);
  void read_input();
  int input_;
  Out output_, error_;
  SendFrame send_;
  std::uint32_t credit_ = protocol::kInputWindow;
  std::uint32_t taken_ = 0;
  std::uint32_t started_ = 0;
  std::optional<Ending> ending_;
};

// Of a terminal, for the guest's.
protocol::WindowSize terminal_size(int fd);

class LoggedStreams : public Streams {
 public:
  LoggedStreams(const std::string& log, SendFrame send);
  void watch(std::vector<pollfd>& polled) const override;
  void serve(std::span<const pollfd>) override {}
  void hear(const protocol::Frame& frame) override;
  bool ended() const override { return ending_.has_value(); }
  std::optional<Ending> ending() const override { return ending_; }

 private:
  GrowingLog log_;
  SendFrame send_;
  std::uint32_t taken_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace vm
