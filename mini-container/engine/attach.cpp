// See attach.h; and `attach` itself, declared in engine.h.
#include "mini-container/engine/attach.h"

#include <fmt/format.h>

#include <array>
#include <csignal>

#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"
#include "base/text/text.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/signals.h"

namespace engine {

Attachment::Attachment(sys::UniqueFd connection, const UserEnds& user, const AttachOptions& options, bool tty)
    : connection_(std::move(connection)),
      user_(user),
      tty_(tty),
      keys_(tty ? parse_detach_keys(options.detach_keys) : "") {
  if (!options.input) user_.input = -1;
  // WHY: a guardian that waits for us to take output must not have us wait for it to take input.
  sys::set_nonblocking(connection_.get(), true);
}

void Attachment::resize(bool redraw) const {
  if (!tty_ || !sys::isatty(user_.output)) return;
  const winsize size = sys::window_size(user_.output);
  winsize other = size;
  ++other.ws_row;
  // WHY: the kernel tells a program only of a size that is another.
  if (redraw) sys::try_write(connection_.get(), resize_message(other));
  sys::try_write(connection_.get(), resize_message(size));
}

bool Attachment::hear() {
  const auto received = sys::receive_message(connection_.get());
  const auto message = received ? parse_attach_message(received->bytes) : std::nullopt;
  if (!message) return false;
  if (message->kind == Kind::ended) {
    result_.code = text::number<int>(message->content);
    return false;
  }
  int& to = message->kind == Kind::error ? user_.error : user_.output;
  if (to >= 0 && !sys::write_if_read(to, message->content)) to = -1;
  return true;
}

void Attachment::type() {
  std::array<char, kLongestInput> buffer;
  const std::size_t count = sys::read_terminal(user_.input, buffer);
  // The end of what this user types is not the end of what the container reads: others may be attached.
  if (count == 0) user_.input = -1;
  const std::string typed = keys_.pass({buffer.data(), count});
  if (!typed.empty()) typed_ = attach_message(Kind::input, typed);
  result_.detached = keys_.complete();
}

void Attachment::send_typed() {
  // A guardian that is gone (EPIPE) says so by the end of file that follows.
  if (sys::try_write(connection_.get(), typed_).error != EAGAIN) typed_.clear();
}

AttachResult Attachment::serve(int signals, const std::function<void(int)>& on_signal) {
  const sys::RawMode raw(tty_ ? user_.input : -1);
  bool more = true;
  while (more && !result_.detached) {
    // Either more to read from the user, or the last piece to send.
    const bool sending = !typed_.empty();
    std::array<pollfd, 3> polled = {
        {{connection_.get(), static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0},
         {sending ? -1 : user_.input, POLLIN, 0},
         {signals, POLLIN, 0}}};
    sys::poll(polled, -1);
    if ((polled[0].revents & POLLOUT) != 0) send_typed();
    if ((polled[0].revents & ~POLLOUT) != 0) more = hear();
    if (polled[1].revents != 0) type();
    if (polled[2].revents == 0) continue;
    for (int signal = sys::next_signal(signals); signal != 0; signal = sys::next_signal(signals)) {
      if (signal == SIGWINCH) {
        resize();
      } else if (signal != SIGPIPE) {
        on_signal(signal);
      }
    }
  }
  // What was typed before the keys.
  if (!typed_.empty()) send_typed();
  return result_;
}

namespace {

void refuse_unless_running(const Container& container) {
  const auto refuse = [&](const char* state, const char* next) {
    throw std::runtime_error(fmt::format("You cannot attach to a {} container, {}", state, next));
  };
  if (container.restarting()) refuse("restarting", "wait until it is running");
  if (container.paused) refuse("paused", "unpause it first");
  if (!container.running()) refuse("stopped", "start it first");
}

}  // namespace

AttachResult Engine::attach(const Container& container, const UserEnds& user, const AttachOptions& options) {
  refuse_unless_running(container);
  const Settings& settings = container.settings;
  // As Docker: with a terminal Ctrl-C is a key, and what else comes is for this command.
  const bool pass = options.pass_signals && !settings.tty;
  const sys::UniqueFd signals =
      pass ? signals_for_the_container() : sys::signal_descriptor({SIGWINCH, SIGPIPE});
  AttachOptions own = options;
  own.input = options.input && settings.open_stdin;
  sys::UniqueFd connection = sys::connect_unix_seqpacket_if_served(attach_socket_of(registry_, container));
  // It has just ended, or its guardian was killed; whoever waits hears which.
  if (!connection) return {false, wait(container)};
  registry_.journal().add(container, "attach");
  Attachment attachment(std::move(connection), user, own, settings.tty);
  attachment.resize(true);
  const OciRuntime runtime = runtime_of(registry_, container);
  AttachResult result = attachment.serve(signals.get(), SignalProxy(runtime, container.id));
  if (!result.detached && !result.code) result.code = wait(container);
  return result;
}

}  // namespace engine
