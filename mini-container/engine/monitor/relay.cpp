// See relay.h.
#include "mini-container/engine/monitor/relay.h"

#include <array>

#include "base/sys/process.h"
#include "base/sys/terminal.h"

namespace engine {

namespace {
constexpr std::size_t kChunk = 32768;
constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
// Places in what is polled; those who are attached come after.
enum Place : std::size_t { end, signal, output, error, typed, taken, probe, others };
}  // namespace

Relay::Relay(ProcessEnds process, const UserEnds& user, LogWriter* log, sys::UniqueFd listener)
    : process_(std::move(process)), user_(user), log_(log), attached_(std::move(listener)) {
  const bool terminal = static_cast<bool>(process_.terminal);
  const int output = terminal ? process_.terminal.get() : process_.output.get();
  streams_[0] = {output, user_.output, "stdout", Kind::output, output >= 0};
  streams_[1] = {process_.error.get(), user_.error, "stderr", Kind::error, static_cast<bool>(process_.error)};
  user_types_ = target() >= 0 && user_.input >= 0;
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
  attached_.send(stream.kind, bytes);
}

void Relay::close_input() {
  user_types_ = false;
  // A terminal has no half that can be closed; a pipe's end is the end of file that the process waits for.
  process_.input.reset();
}

void Relay::read_input() {
  // What a pipe that poll(2) calls writable takes without blocking: PIPE_BUF.
  std::array<char, kLongestInput> buffer;
  const std::size_t count = sys::read_terminal(user_.input, buffer);
  pending_.assign(buffer.data(), count);
  if (count == 0) close_input();
}

void Relay::write_input() {
  if (!sys::write_if_read(target(), pending_)) close_input();
  pending_.clear();
}

void Relay::hear(const AttachMessage& message) {
  if (message.kind == Kind::input && target() >= 0) pending_ += message.content;
  const auto size = message.kind == Kind::resize ? parse_resize(message.content) : std::nullopt;
  if (size && process_.terminal) sys::set_window_size(process_.terminal.get(), *size);
}

std::vector<pollfd> Relay::watched(int pidfd, int signals, int probed) const {
  // Either more to read from those who type, or the last piece to write: never both, so memory stays bounded.
  const bool writing = !pending_.empty();
  // Nor is more output read before all have the last piece.
  const bool reading = !attached_.waiting();
  std::vector<pollfd> polled = {{pidfd, POLLIN, 0},
                                {signals, POLLIN, 0},
                                {streams_[0].open && reading ? streams_[0].from : -1, POLLIN, 0},
                                {streams_[1].open && reading ? streams_[1].from : -1, POLLIN, 0},
                                {user_types_ && !writing ? user_.input : -1, POLLIN, 0},
                                {writing ? target() : -1, POLLOUT, 0},
                                {probed, POLLIN, 0}};
  attached_.watch(polled, !writing);
  return polled;
}

void Relay::serve(int pidfd, int signals, const std::function<void(int)>& on_signal, ProbeClock& probes) {
  bool ended = false;
  while (!ended || streams_[0].open || streams_[1].open) {
    std::vector<pollfd> polled = watched(ended ? -1 : pidfd, signals, ended ? -1 : probes.descriptor());
    const bool waiting = attached_.waiting();
    // WHY: once the process has ended, all it wrote is in the pipes already; a stray holder of their other
    // end must not keep us.
    const int patience = !ended ? -1 : waiting ? kLastWordsMilliseconds : 0;
    if (sys::poll(polled, patience) == 0 && ended) {
      if (!waiting) break;
      attached_.drop_waiting();
    }
    // ORDER: who has just attached is let in before more output is read.
    attached_.serve(std::span(polled).subspan(others),
                    [this](const AttachMessage& message) { hear(message); });
    for (const std::size_t index : {0U, 1U}) {
      if ((polled[output + index].revents & kReadable) != 0 && !attached_.waiting())
        read_stream(streams_[index]);
    }
    if ((polled[typed].revents & kReadable) != 0) read_input();
    if ((polled[taken].revents & (POLLOUT | POLLERR)) != 0) write_input();
    if ((polled[probe].revents & kReadable) != 0) probes.serve();
    if ((polled[end].revents & kReadable) != 0) ended = true;
    if ((polled[signal].revents & POLLIN) != 0) {
      for (int one = sys::next_signal(signals); one != 0; one = sys::next_signal(signals))
        on_signal(one);
    }
  }
  if (log_ != nullptr) log_->flush();
}

void Relay::tell_end(int code) {
  attached_.end(code);
}

}  // namespace engine
