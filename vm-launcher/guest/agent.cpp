// See agent.h.
#include "vm-launcher/guest/agent.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

#include "base/sys/entropy.h"
#include "base/sys/machine.h"
#include "base/sys/terminal.h"

namespace vm::guest {

namespace {

using protocol::Type;

bool ready_to_read(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return fd >= 0 && sys::poll({&entry, 1}, 0) > 0;
}

}  // namespace

Agent::Agent(sys::UniqueFd port)
    : port_(std::move(port)), signals_(sys::signal_descriptor({SIGCHLD, SIGPIPE})) {}

void Agent::serve(const protocol::Ready& ready) {
  // Raw, or the line discipline of a serial port would translate, echo and interpret the frames.
  const sys::RawMode raw(port_.get());
  ready_ = ready;
  send(Type::ready, protocol::encode(ready));
  while (!done_)
    wait_for_something();
  // Nobody may be left to tell, but the disk shall be whole.
  disks_.release();
  // ORDER: before reboot(2), which does not wait for the serial port's queue.
  sys::drain(port_.get());
}

void Agent::send(Type type, std::string_view payload) {
  sys::write_all(port_.get(), protocol::encode(type, payload));
}

void Agent::wait_for_something() {
  const short want_write = pending_input_.empty() ? 0 : POLLOUT;
  // A negative descriptor is skipped by poll(2): a closed pipe, or an input with nothing to pass on.
  pollfd entries[] = {{port_.get(), POLLIN, 0},
                      {signals_.get(), POLLIN, 0},
                      {command_.output.get(), POLLIN, 0},
                      {command_.error.get(), POLLIN, 0},
                      {want_write != 0 ? command_.input.get() : -1, want_write, 0}};
  sys::poll(entries, -1);
  if (entries[2].revents != 0) pass_output(command_.output, Type::output);
  if (entries[3].revents != 0) pass_output(command_.error, Type::error_output);
  if (entries[4].revents != 0) pass_input();
  if (entries[1].revents != 0) reap();
  if (entries[0].revents != 0 && !done_) take_orders();
}

void Agent::take_orders() {
  char buffer[4096];
  const std::size_t count = sys::read(port_.get(), buffer);
  if (count == 0) {
    done_ = true;  // the launcher has hung up: nobody is left to run for
    return;
  }
  decoder_.feed({buffer, count});
  while (!done_) {
    const auto frame = decoder_.next();
    if (!frame) return;
    obey(*frame);
  }
}

void Agent::obey(const protocol::Frame& frame) {
  const auto number = protocol::decode_number(frame.payload);
  switch (frame.type) {
    case Type::renew:
      return renew(frame.payload);
    case Type::mount:
      return mount(frame.payload);
    case Type::run:
      return run(frame.payload);
    case Type::input:
      pending_input_ += frame.payload;
      return pass_input();
    case Type::input_end:
      input_ended_ = true;
      return pass_input();
    case Type::signal:
      if (number) pass_signal(static_cast<int>(*number));
      return;
    case Type::power_off:
      done_ = true;
      return;
    default:
      return;  // a frame that only a guest sends: not for us
  }
}

// To the command and what it started. WHY the second: a command that has just been made leads no group yet (setsid(2)).
void Agent::pass_signal(int signal) {
  if (command_.pid > 0 && !sys::kill_if_present(-command_.pid, signal))
    sys::kill_if_present(command_.pid, signal);
}

// ORDER: the seed before anything asks for a random number; "ready" last.
void Agent::renew(const std::string& payload) {
  const auto order = protocol::decode_renewal(payload);
  if (!order) return;  // no "ready" follows, and the launcher gives this guest up
  sys::add_entropy(order->seed);
  sys::set_clock(order->seconds, order->nanoseconds);
  send(Type::ready, protocol::encode(ready_));
}

void Agent::mount(const std::string& payload) {
  const auto order = protocol::decode_mount(payload);
  if (!order) return give_up({125, "guest-init could not read the launcher's order"});
  try {
    disks_.mount(*order);
  } catch (const std::exception& error) {
    give_up({125, error.what()});
  }
}

void Agent::run(const std::string& payload) {
  if (command_.pid > 0) return;  // one command a boot
  const auto command = protocol::decode_command(payload);
  StartResult result;
  if (command) {
    result = start_command(*command);
  } else {
    result.failure = protocol::Failure{125, "guest-init could not read the launcher's order"};
  }
  if (result.failure) return give_up(*result.failure);
  command_ = std::move(result.running);
}

void Agent::give_up(const protocol::Failure& failure) {
  disks_.release();
  send(Type::failed, protocol::encode(failure));
  done_ = true;
}

void Agent::pass_input() {
  if (!command_.input) {
    pending_input_.clear();
    return;
  }
  while (!pending_input_.empty()) {
    const auto written = sys::try_write(command_.input.get(), pending_input_);
    if (written.error == EAGAIN) return;
    const std::size_t count = written.ok() ? static_cast<std::size_t>(written.value) : pending_input_.size();
    if (!written.ok()) command_.input.reset();  // EPIPE: the command reads no more; swallow the rest
    pending_input_.erase(0, count);
    send(Type::input_taken, protocol::encode_number(static_cast<std::uint32_t>(count)));
  }
  if (input_ended_) command_.input.reset();
}

void Agent::pass_output(sys::UniqueFd& pipe, Type type) {
  char buffer[protocol::kOutputPiece];
  const std::size_t count = sys::read(pipe.get(), buffer);
  if (count == 0) return pipe.reset();
  send(type, {buffer, count});
}

void Agent::reap() {
  while (sys::next_signal(signals_.get()) != 0) {
  }
  pid_t pid = 0;
  while (const auto status = sys::reap_any(pid)) {
    if (pid == command_.pid) finish(static_cast<std::uint32_t>(status->shell_code()));
  }
}

// WHY not until the pipes end: a daemon that the command left behind may hold them for ever. What the command
// itself wrote is in the pipes by now.
void Agent::finish(std::uint32_t exit_code) {
  while (ready_to_read(command_.output.get()))
    pass_output(command_.output, Type::output);
  while (ready_to_read(command_.error.get()))
    pass_output(command_.error, Type::error_output);
  // ORDER: before "exited", on which the launcher ends QEMU: what the command wrote must be on the disk by then.
  // WHY 125 even if the command was content: it may have ended before the kernel met the error.
  if (const auto trouble = disks_.release(); !trouble.empty()) {
    return give_up(
        {125, fmt::format("what was written is not all on the disk: {}", fmt::join(trouble, "; "))});
  }
  send(Type::exited, protocol::encode_number(exit_code));
  done_ = true;
}

}  // namespace vm::guest
