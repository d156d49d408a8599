// See messages.h.
#include "vm-launcher/protocol/messages.h"

#include "vm-launcher/protocol/bytes.h"

namespace vm::protocol {

std::string encode(const Ready& message) {
  std::string out;
  append_string(out, message.kernel);
  append_u32(out, message.uptime_ms);
  append_strings(out, message.trouble);
  return out;
}

std::optional<Ready> decode_ready(std::string_view payload) {
  Reader reader(payload);
  auto kernel = reader.text();
  const auto uptime = reader.number();
  auto trouble = reader.texts();
  if (!kernel || !uptime || !trouble || !reader.at_end()) return std::nullopt;
  return Ready{std::move(*kernel), *uptime, std::move(*trouble)};
}

std::string encode(const Command& message) {
  std::string out;
  append_strings(out, message.arguments);
  append_strings(out, message.environment);
  append_string(out, message.directory);
  append_string(out, message.user);
  append_string(out, message.hostname);
  append_string(out, message.tool);
  append_u32(out, message.terminal ? 1 : 0);
  if (message.terminal) out += encode(*message.terminal);
  return out;
}

namespace {

std::optional<WindowSize> read_window_size(Reader& reader) {
  const auto rows = reader.number();
  const auto columns = reader.number();
  // SPEC: ioctl_tty(2), struct winsize: 16 bits each.
  constexpr std::uint32_t kMost = 0xffff;
  if (!rows || !columns || *rows > kMost || *columns > kMost) return std::nullopt;
  return WindowSize{*rows, *columns};
}

std::optional<Clock> read_clock(Reader& reader) {
  const auto seconds = reader.number();
  const auto nanoseconds = reader.number();
  if (!seconds || !nanoseconds || *nanoseconds >= 1'000'000'000) return std::nullopt;
  return Clock{*seconds, *nanoseconds};
}

}  // namespace

std::optional<Command> decode_command(std::string_view payload) {
  Reader reader(payload);
  auto arguments = reader.texts();
  auto environment = reader.texts();
  auto directory = reader.text();
  auto user = reader.text();
  auto hostname = reader.text();
  auto tool = reader.text();
  const auto has_terminal = reader.number();
  if (!arguments || !environment || !directory || !user || !hostname || !tool || !has_terminal)
    return std::nullopt;
  if ((arguments->empty() && tool->empty()) || *has_terminal > 1) return std::nullopt;
  const auto terminal = *has_terminal == 1 ? read_window_size(reader) : std::nullopt;
  if (!reader.at_end() || terminal.has_value() != (*has_terminal == 1)) return std::nullopt;
  return Command{std::move(*arguments),
                 std::move(*environment),
                 std::move(*directory),
                 std::move(*user),
                 std::move(*hostname),
                 std::move(*tool),
                 terminal};
}

std::string encode(const Mount& message) {
  std::string out;
  append_string(out, message.source);
  append_string(out, message.path);
  append_u32(out, message.read_only ? 1 : 0);
  append_u32(out, message.shared ? 1 : 0);
  return out;
}

std::optional<Mount> decode_mount(std::string_view payload) {
  Reader reader(payload);
  auto source = reader.text();
  auto path = reader.text();
  const auto read_only = reader.number();
  const auto shared = reader.number();
  if (!source || !path || !read_only || *read_only > 1 || !shared || *shared > 1 || !reader.at_end())
    return std::nullopt;
  return Mount{std::move(*source), std::move(*path), *read_only == 1, *shared == 1};
}

std::string encode(const Failure& message) {
  std::string out;
  append_u32(out, message.exit_code);
  append_string(out, message.reason);
  return out;
}

std::optional<Failure> decode_failure(std::string_view payload) {
  Reader reader(payload);
  const auto code = reader.number();
  auto reason = reader.text();
  if (!code || *code > 255 || !reason || !reader.at_end()) return std::nullopt;
  return Failure{*code, std::move(*reason)};
}

std::string encode(const Renewal& message) {
  std::string out = encode(message.now);
  append_string(out, message.seed);
  return out;
}

std::optional<Renewal> decode_renewal(std::string_view payload) {
  Reader reader(payload);
  const auto now = read_clock(reader);
  auto seed = reader.text();
  if (!now || !seed || seed->size() > kMostSeed || !reader.at_end()) return std::nullopt;
  return Renewal{*now, std::move(*seed)};
}

std::string encode(const WindowSize& message) {
  return encode_number(message.rows) + encode_number(message.columns);
}

std::optional<WindowSize> decode_window_size(std::string_view payload) {
  Reader reader(payload);
  const auto size = read_window_size(reader);
  return reader.at_end() ? size : std::nullopt;
}

std::string encode(const Clock& message) {
  return encode_number(message.seconds) + encode_number(message.nanoseconds);
}

std::optional<Clock> decode_clock(std::string_view payload) {
  Reader reader(payload);
  const auto clock = read_clock(reader);
  return reader.at_end() ? clock : std::nullopt;
}

std::string encode(const Network& message) {
  std::string out;
  append_string(out, message.address);
  append_u32(out, message.prefix);
  append_string(out, message.gateway);
  append_string(out, message.resolv_conf);
  return out;
}

std::optional<Network> decode_network(std::string_view payload) {
  Reader reader(payload);
  auto address = reader.text();
  const auto prefix = reader.number();
  auto gateway = reader.text();
  auto resolv_conf = reader.text();
  if (!address || !prefix || *prefix > 32 || !gateway || !resolv_conf || !reader.at_end())
    return std::nullopt;
  return Network{std::move(*address), *prefix, std::move(*gateway), std::move(*resolv_conf)};
}

std::string encode_number(std::uint32_t number) {
  std::string out;
  append_u32(out, number);
  return out;
}

std::optional<std::uint32_t> decode_number(std::string_view payload) {
  Reader reader(payload);
  const auto value = reader.number();
  return reader.at_end() ? value : std::nullopt;
}

}  // namespace vm::protocol
