// See relay.h.
#include "mini-container/engine/monitor/relay.h"

#include <array>
#include <limits>

#include "base/sys/process.h"
#include "base/sys/terminal.h"

namespace engine {

namespace {
constexpr std::size_t kChunk = 32768;
// What a pipe that poll(2) calls writable takes without blocking: PIPE_BUF.
constexpr std::size_t kAtOnce = 4096;
constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
}  // namespace

Relay::Relay(ProcessEnds process, const UserEnds& user, LogWriter* log)
    : process_(std::move(process)), user_(user), log_(log) {
  const bool terminal = static_cast<bool>(process_.terminal);
  const int output = terminal ? process_.terminal.get() : process_.output.get();
  streams_[0] = {output, user_.output, "stdout", output >= 0};
  streams_[1] = {process_.error.get(), user_.error, "stderr", static_cast<bool>(process_.error)};
  const int input = terminal ? process_.terminal.get() : process_.input.get();
  input_open_ = input >= 0 && user_.input >= 0;
}

void Relay::resize() {
  if (!process_.terminal || !sys::isatty(user_.output)) return;
  sys::set_window_size(process_.terminal.get(), sys::window_size(user_.output));
}

void Relay::read_stream(Stream& stream) {
  std::array<char, kChunk> buffer;
  const std::size_t count = sys::read_terminal(stream.from, buffer);
  if (count == 0) {
    stream.open = false;
    return;
  }
  const std::string_view bytes(buffer.data(), count);
  if (log_ != nullptr) log_->write(stream.name, bytes);
  if (stream.to >= 0 && !sys::write_if_read(stream.to, bytes)) stream.to = -1;
}

void Relay::close_input() {
  input_open_ = false;
  // A terminal has no half that can be closed; a pipe's end is the end of file that the process waits for.
  process_.input.reset();
}

void Relay::read_input() {
  std::array<char, kAtOnce> buffer;
  const std::size_t count = sys::read_terminal(user_.input, buffer);
  pending_.assign(buffer.data(), count);
  if (count == 0) close_input();
}

void Relay::write_input() {
  const int target = process_.terminal ? process_.terminal.get() : process_.input.get();
  if (!sys::write_if_read(target, pending_)) close_input();
  pending_.clear();
}

void Relay::serve(int pidfd, int signals, const std::function<void(int)>& on_signal) {
  bool ended = false;
  while (!ended || streams_[0].open || streams_[1].open) {
    // Either more to read from the user, or the last piece to write: never both, so memory stays bounded.
    const bool writing = !pending_.empty();
    const int target = process_.terminal ? process_.terminal.get() : process_.input.get();
    std::array<pollfd, 6> polled = {{{ended ? -1 : pidfd, POLLIN, 0},
                                     {signals, POLLIN, 0},
                                     {streams_[0].open ? streams_[0].from : -1, POLLIN, 0},
                                     {streams_[1].open ? streams_[1].from : -1, POLLIN, 0},
                                     {input_open_ && !writing ? user_.input : -1, POLLIN, 0},
                                     {input_open_ && writing ? target : -1, POLLOUT, 0}}};
    // WHY: once the process has ended, all it wrote is in the pipes already; a stray holder of their other
    // end must not keep us.
    if (sys::poll(polled, ended ? 0 : -1) == 0 && ended) break;
    for (std::size_t index : {0U, 1U}) {
      if ((polled[index + 2].revents & kReadable) != 0) read_stream(streams_[index]);
    }
    if ((polled[4].revents & kReadable) != 0) read_input();
    if ((polled[5].revents & (POLLOUT | POLLERR)) != 0) write_input();
    if ((polled[0].revents & kReadable) != 0) ended = true;
    if ((polled[1].revents & POLLIN) != 0) {
      for (int signal = sys::next_signal(signals); signal != 0; signal = sys::next_signal(signals)) {
        on_signal(signal);
      }
    }
  }
  if (log_ != nullptr) log_->flush();
}

}  // namespace engine
