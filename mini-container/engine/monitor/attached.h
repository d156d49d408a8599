// Those who watch a container, and type into it, from other commands: `attach`, `run -it`, `start -ai`.
//
// Each is a connection to one socket of the container's guardian. A message is a letter and what belongs to it:
//
//     mini-container                                  guardian
//           |-- i BYTES        input -------------------->|
//           |-- r ROWS COLUMNS window size -------------->|
//           |<-- o BYTES       output (or terminal) ------|
//           |<-- e BYTES       standard error ------------|
//           |<-- x CODE        it has ended --------------|  then end of file
//
// An end of file without `x` means that the guardian was killed. Reads: unix(7) (SOCK_SEQPACKET), poll(2).
#pragma once

#include <sys/ioctl.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sys/fd.h"

namespace engine {

enum class Kind : char { input = 'i', resize = 'r', output = 'o', error = 'e', ended = 'x' };

// One send. At most kLongestInput bytes of input: what a process takes at once.
inline constexpr std::size_t kLongestInput = 4096;
std::string attach_message(Kind kind, std::string_view content);
std::string resize_message(const winsize& size);

struct AttachMessage {
  Kind kind = Kind::output;
  std::string_view content;  // of the bytes that were parsed
};
// nullopt for what is none.
std::optional<AttachMessage> parse_attach_message(std::string_view bytes);
std::optional<winsize> parse_resize(std::string_view content);

// How long those who are attached have to take the last of the output, once the process has ended.
inline constexpr int kLastWordsMilliseconds = 2000;

class Attached {
 public:
  // `listener` may be empty: nobody can attach.
  explicit Attached(sys::UniqueFd listener) : listener_(std::move(listener)) {}

  // Appends what poll(2) is to watch. `input`: whether what they type is wanted now.
  void watch(std::vector<pollfd>& polled, bool input) const;
  // After poll(2), with the part that watch() appended: lets new ones in, forgets those that have gone, hands on what
  // the others say.
  void serve(std::span<const pollfd> polled, const std::function<void(const AttachMessage&)>& take);

  // WHY no queue: whoever does not read makes the process wait, as a full pipe would, and the guardian stays small.
  // Until all have taken a message, waiting() is true and nothing more may be sent.
  void send(Kind kind, std::string_view content);
  bool waiting() const;
  // Forgets those who have not taken it.
  void drop_waiting();
  // Tells all how it ended, and waits until they have heard it, or have had kLastWords for it.
  void end(int code);

 private:
  struct Client {
    sys::UniqueFd socket;
    bool waiting = false;
  };
  void settle();
  void offer(Client& client) const;
  void hear(Client& client, const std::function<void(const AttachMessage&)>& take) const;
  sys::UniqueFd listener_;
  std::vector<Client> clients_;
  std::string message_;
};

}  // namespace engine
