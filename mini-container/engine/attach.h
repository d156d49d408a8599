// One end of an attachment: a user's terminal or pipes on this side, a container's guardian on the other (attached.h).
//
// Whoever attaches owns nothing: killed, it leaves the container as it was, for others to attach.
// Reads: unix(7), termios(3) (raw mode), signalfd(2).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/engine/detach_keys.h"
#include "mini-container/engine/monitor/relay.h"

namespace engine {

// Docker's; nobody types them by accident.
inline constexpr char kDetachKeys[] = "ctrl-p,ctrl-q";

struct AttachOptions {
  std::string detach_keys = kDetachKeys;
  bool input = true;         // what the user types goes to the container, if it takes input
  bool pass_signals = true;  // what is sent to this process goes to the container
};

struct AttachResult {
  bool detached = false;    // by the keys
  std::optional<int> code;  // the container's; nullopt when its guardian was killed
};

class Attachment {
 public:
  // `connection` to the guardian of a container that has a terminal if `tty`.
  Attachment(sys::UniqueFd connection, const UserEnds& user, const AttachOptions& options, bool tty);

  // Until the container ends, or the user types the keys. `on_signal` gets each signal of the descriptor `signals`,
  // besides what a change of the window is for.
  AttachResult serve(int signals, const std::function<void(int)>& on_signal);

  // The user's window size becomes the container's. `redraw`: as a change, which makes a program draw its screen again.
  void resize(bool redraw = false) const;

 private:
  // False when there is nothing more to expect from the guardian.
  bool hear();
  void type();
  void send_typed();

  sys::UniqueFd connection_;
  UserEnds user_;
  bool tty_;
  DetachKeys keys_;
  std::string typed_;  // a message that the guardian has not taken yet
  AttachResult result_;
};

}  // namespace engine
