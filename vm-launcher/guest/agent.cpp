// See agent.h.
#include "vm-launcher/guest/agent.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

#include "base/sys/entropy.h"
#include "base/sys/machine.h"
#include "base/sys/terminal.h"
#include "vm-launcher/guest/network.h"

namespace vm::guest {

namespace {

using protocol::Type;

constexpr std::uint16_t kMain = 0;

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

void Agent::send(Type type, std::string_view payload, std::uint16_t channel) {
  sys::write_all(port_.get(), protocol::encode(type, payload, channel));
}

void Agent::wait_for_something() {
  std::vector<pollfd> polled = {{port_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  for (const auto& [channel, session] : sessions_)
    session.watch(polled);
  sys::poll(polled, -1);
  std::span<const pollfd> rest = std::span(polled).subspan(2);
  for (auto& [channel, session] : sessions_) {
    session.serve(rest.first(Session::kPolled));
    rest = rest.subspan(Session::kPolled);
  }
  if (polled[1].revents != 0) reap();
  if (polled[0].revents != 0) take_orders();
  report_ends();
}

void Agent::take_orders() {
  char buffer[4096];
  const std::size_t count = sys::read(port_.get(), buffer);
  if (count == 0) {
    done_ = true;  // the launcher has hung up: nobody is left to run for
    return;
  }
  decoder_.feed({buffer, count});
  std::uint32_t input = 0;
  while (!done_) {
    const auto frame = decoder_.next();
    if (!frame) break;
    if (frame->type == Type::input) input += static_cast<std::uint32_t>(frame->payload.size());
    obey(*frame);
  }
  if (input > 0) send(Type::received, protocol::encode_number(input));
}

void Agent::obey(const protocol::Frame& frame) {
  switch (frame.type) {
    case Type::renew:
      return renew(frame.payload);
    case Type::mount:
      return prepare(protocol::decode_mount(frame.payload), &Agent::mount);
    case Type::clock:
      return prepare(protocol::decode_clock(frame.payload), &Agent::set_clock);
    case Type::network:
      return prepare(protocol::decode_network(frame.payload), &Agent::set_network);
    case Type::run:
      return run(frame);
    case Type::power_off:
      done_ = true;
      return;
    default:
      // For a command that has ended meanwhile, or a frame that only a guest sends: not for us.
      if (const auto session = sessions_.find(frame.channel); session != sessions_.end())
        session->second.obey(frame);
  }
}

// ORDER: the seed before anything asks for a random number; "ready" last.
void Agent::renew(const std::string& payload) {
  const auto order = protocol::decode_renewal(payload);
  if (!order) return;  // no "ready" follows, and the launcher gives this guest up
  sys::add_entropy(order->seed);
  set_clock(order->now);
  send(Type::ready, protocol::encode(ready_));
}

template <class Order>
void Agent::prepare(const std::optional<Order>& order, void (Agent::*action)(const Order&)) {
  if (!order) return fail({125, "guest-init could not read the launcher's order"}, kMain);
  try {
    (this->*action)(*order);
  } catch (const std::exception& error) {
    fail({125, error.what()}, kMain);
  }
}

void Agent::mount(const protocol::Mount& order) {
  disks_.mount(order);
}

void Agent::set_clock(const protocol::Clock& order) {
  sys::set_clock(order.seconds, order.nanoseconds);
}

void Agent::set_network(const protocol::Network& order) {
  bring_up_network(order);
}

void Agent::run(const protocol::Frame& frame) {
  if (sessions_.contains(frame.channel)) return;  // a launcher that keeps to the protocol waits for its end
  if (sessions_.size() >= protocol::kMostChannels)
    return fail({125, fmt::format("{} commands run already", sessions_.size())}, frame.channel);
  const auto command = protocol::decode_command(frame.payload);
  StartResult result;
  if (command) {
    result = start_command(*command);
  } else {
    result.failure = protocol::Failure{125, "guest-init could not read the launcher's order"};
  }
  if (result.failure) return fail(*result.failure, frame.channel);
  send(Type::started, protocol::encode_number(static_cast<std::uint32_t>(result.running.pid)), frame.channel);
  const auto send_on = [this, channel = frame.channel](Type type, std::string_view payload) {
    send(type, payload, channel);
  };
  sessions_.emplace(frame.channel, Session(std::move(result.running), send_on));
}

void Agent::fail(const protocol::Failure& failure, std::uint16_t channel) {
  if (channel == kMain) disks_.release();
  send(Type::failed, protocol::encode(failure), channel);
  done_ = done_ || channel == kMain;
}

void Agent::reap() {
  while (sys::next_signal(signals_.get()) != 0) {
  }
  pid_t pid = 0;
  while (const auto status = sys::reap_any(pid)) {
    for (auto& [channel, session] : sessions_)
      if (session.pid() == pid) session.ended(static_cast<std::uint32_t>(status->shell_code()));
  }
}

void Agent::report_ends() {
  for (auto entry = sessions_.begin(); entry != sessions_.end() && !done_;) {
    const auto code = entry->second.exit_code();
    if (code && entry->first == kMain) return finish(*code);
    if (code) send(Type::exited, protocol::encode_number(*code), entry->first);
    entry = code ? sessions_.erase(entry) : std::next(entry);
  }
}

void Agent::finish(std::uint32_t exit_code) {
  // ORDER: before "exited", on which the launcher ends QEMU: what the command wrote must be on the disk by then.
  // WHY 125 even if the command was content: it may have ended before the kernel met the error.
  if (const auto trouble = disks_.release(); !trouble.empty()) {
    return fail({125, fmt::format("what was written is not all on the disk: {}", fmt::join(trouble, "; "))},
                kMain);
  }
  send(Type::exited, protocol::encode_number(exit_code));
  done_ = true;
}

}  // namespace vm::guest
