// See client.h.
#include "vm-launcher/cli/client.h"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"
#include "vm-launcher/cache/paths.h"

namespace vm::cli {

namespace {

using protocol::Type;

constexpr int kVmEnded = 128 + SIGKILL;
constexpr int kInsisting = 3;

// Hands frames of the agent to `streams`. False when the VM's process has gone, or has said its last: then reading
// fails with ECONNRESET instead of ending where it had not read all that was said to it (unix(7)).
bool hear(int socket, protocol::Decoder& decoder, UserStreams& streams) {
  char buffer[64 * 1024];
  const auto got = sys::try_read(socket, buffer);
  if (!got.ok() || got.value == 0) return false;
  decoder.feed({buffer, static_cast<std::size_t>(got.value)});
  while (const auto frame = decoder.next())
    streams.hear(*frame);
  return true;
}

// Who insists, by a third signal, is obeyed though the guest does not answer.
void pass_signal(int signal, const SendFrame& send, bool terminal, int& seen) {
  if (signal == 0 || signal == SIGPIPE) return;
  if (signal != SIGWINCH && ++seen >= kInsisting)
    throw std::runtime_error("left the command alone: the guest does not answer");
  if (signal != SIGWINCH)
    return send(Type::signal, protocol::encode_number(static_cast<std::uint32_t>(signal)));
  if (terminal && sys::isatty(1)) send(Type::resize, protocol::encode(terminal_size(1)));
}

}  // namespace

VmState running_vm(const std::string& name) {
  VmState state = known_vm(run_directory(), name);
  if (!state.active()) throw std::runtime_error(fmt::format("VM {} is not running", name));
  return state;
}

sys::UniqueFd reach(const std::string& name) {
  running_vm(name);
  return sys::connect_unix(run_directory() + "/" + name + "/control");
}

std::string ask(const std::string& name, const std::string& line) {
  const sys::UniqueFd control = reach(name);
  sys::write_all(control.get(), line + "\n");
  std::string answer = sys::read_to_end(control.get());
  constexpr std::string_view kWrong = "error: ";
  if (!answer.starts_with(kWrong)) return answer;
  answer = answer.substr(kWrong.size(), answer.find('\n') - kWrong.size());
  throw std::runtime_error(fmt::format("{}: {}", name, answer));
}

Ending converse(const std::string& name, const protocol::Command& command, const Conversation& with) {
  const std::string order = protocol::encode(command);
  if (order.size() > protocol::kMaxPayload)
    return {125, "command and environment are longer than 64 KiB together"};
  const sys::UniqueFd signals = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH});
  const sys::UniqueFd control = reach(name);
  const SendFrame send = [&](Type type, std::string_view payload) {
    sys::write_if_read(control.get(), protocol::encode(type, payload));
  };
  sys::write_all(control.get(), with.detached ? "agent detached\n" : "agent\n");
  send(Type::run, order);
  UserStreams streams(with.input, with.output, with.error, send);
  protocol::Decoder decoder;
  bool open = true;
  int signals_seen = 0;
  while (!streams.ending()) {
    if (with.detached && streams.started() != 0) return {};
    if (!open && !streams.ended()) return {kVmEnded, "the VM ended before the command did"};
    std::vector<pollfd> polled = {{open ? control.get() : -1, POLLIN, 0}, {signals.get(), POLLIN, 0}};
    streams.watch(polled);
    sys::poll(polled, -1);
    if (polled[0].revents != 0) open = hear(control.get(), decoder, streams);
    if (polled[1].revents != 0)
      pass_signal(sys::next_signal(signals.get()), send, command.terminal.has_value(), signals_seen);
    streams.serve(std::span<const pollfd>(polled).subspan(2));
  }
  return *streams.ending();
}

void use_tool(const std::string& name, const std::string& tool, const std::vector<std::string>& arguments,
              Conversation with) {
  protocol::Command command;
  command.tool = tool;
  command.arguments = arguments;
  const sys::UniqueFd complaint = sys::memfd_create("complaint");
  with.error = complaint.get();
  const Ending ending = converse(name, command, with);
  if (!ending.trouble.empty()) throw std::runtime_error(fmt::format("{}: {}", name, ending.trouble));
  if (ending.exit_code == 0) return;
  sys::rewind(complaint.get());
  std::string said = sys::read_to_end(complaint.get());
  while (said.ends_with('\n'))
    said.pop_back();
  throw std::runtime_error(fmt::format("{}: {}", name, said));
}

std::string tool_output(const std::string& name, const std::string& tool,
                        const std::vector<std::string>& arguments) {
  const sys::UniqueFd output = sys::memfd_create("output");
  use_tool(name, tool, arguments, {.output = output.get()});
  sys::rewind(output.get());
  return sys::read_to_end(output.get());
}

}  // namespace vm::cli
