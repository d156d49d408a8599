// See guard.h.
#include "mini-container/engine/monitor/guard.h"

#include "base/sys/file.h"
#include "base/sys/socket.h"

namespace engine {

Channels::Channels(bool open_input, std::string console_socket) : console_socket_(std::move(console_socket)) {
  if (!console_socket_.empty()) {
    sys::unlink_if_present(console_socket_);
    listener_ = sys::listen_unix(console_socket_);
    return;
  }
  const auto split = [](sys::Pipe pipe, sys::UniqueFd& read, sys::UniqueFd& write) {
    read = std::move(pipe.read);
    write = std::move(pipe.write);
  };
  if (open_input) split(sys::pipe(), process_input_, ours_.input);
  split(sys::pipe(), ours_.output, process_output_);
  split(sys::pipe(), ours_.error, process_error_);
}

Channels::~Channels() {
  if (!console_socket_.empty()) sys::unlink_if_present(console_socket_);
}

Stdio Channels::for_process() const {
  return {process_input_.get(), process_output_.get(), process_error_.get()};
}

ProcessEnds Channels::take() {
  process_input_.reset();
  process_output_.reset();
  process_error_.reset();
  if (listener_) {
    const sys::UniqueFd connection = sys::accept(listener_.get());
    auto message = sys::receive_message(connection.get());
    if (!message || message->descriptors.empty()) {
      throw RuntimeFailed("the OCI runtime connected to the console socket but sent no terminal");
    }
    ours_.terminal = std::move(message->descriptors.front());
  }
  return std::move(ours_);
}

Guard::Guard(const OciRuntime& runtime, GuardOptions options)
    : runtime_(runtime), options_(std::move(options)) {
  sys::set_child_subreaper();
}

Guard::~Guard() {
  sys::unlink_if_present(options_.attach_socket);
}

pid_t Guard::create() {
  const trace::Phase phase("create through the OCI runtime",
                           "A low-level runtime turns the bundle into namespaces, cgroups and a process that "
                           "waits just before its program; the engine only knows its command line.");
  // ORDER: before whoever waits for this call to end may attach.
  sys::unlink_if_present(options_.attach_socket);
  attach_listener_ = sys::listen_unix_seqpacket(options_.attach_socket);
  sys::fchmodat(AT_FDCWD, options_.attach_socket, 0600);
  channels_.emplace(options_.open_input, options_.console_socket);
  pid_ = runtime_.create(options_.id, options_.bundle, channels_->for_process(), options_.console_socket);
  ends_ = channels_->take();
  channels_.reset();
  pidfd_ = sys::pidfd_open(pid_);
  if (!pidfd_) throw RuntimeFailed("the container ended before it was started");
  return pid_;
}

sys::ExitStatus Guard::supervise(const UserEnds& user, int signals,
                                 const std::function<void(Relay&, int)>& on_signal,
                                 const std::function<void(Relay&)>& on_start) {
  const trace::Phase phase("wait for the end",
                           "Only its parent learns how a process ended. Until then its output is carried to "
                           "the user and to the log.");
  std::optional<LogWriter> log;
  if (!options_.log.empty()) log.emplace(options_.log, options_.log_limits);
  Relay relay(std::move(*ends_), user, log ? &*log : nullptr, std::move(attach_listener_));
  if (on_start) on_start(relay);
  std::optional<sys::ExitStatus> status;
  {
    ProbeClock probes(options_.probes, pid_);
    relay.serve(
        pidfd_.get(), signals, [&](int signal) { on_signal(relay, signal); }, probes);
    status = probes.main_ended();
  }
  if (!status) status = reap(pid_);
  relay.tell_end(status->shell_code());
  return *status;
}

sys::ExitStatus reap(pid_t pid) {
  for (;;) {
    pid_t ended = 0;
    const auto status = sys::reap_any(ended);
    // A child that was not ours to begin with may have been reaped by its own parent; then nobody knows.
    if (!status) return {255, 0};
    if (ended == pid) return *status;
  }
}

}  // namespace engine
