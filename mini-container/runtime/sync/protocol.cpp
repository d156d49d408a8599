// See protocol.h.
#include "mini-container/runtime/sync/protocol.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/sys/socket.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/program_error.h"

namespace protocol {

namespace {

// A field is its length in four bytes, then its bytes. Both ends are the same program: no byte order.
void put(std::string& bytes, std::string_view field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes.append(field);
}

[[noreturn]] void garbled() {
  throw std::runtime_error("the container's first process sent what this runtime does not understand");
}

std::string take(std::string_view& bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < sizeof size) garbled();
  std::memcpy(&size, bytes.data(), sizeof size);
  bytes.remove_prefix(sizeof size);
  if (bytes.size() < size) garbled();
  std::string field(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return field;
}

// What was heard in place of something else.
[[noreturn]] void refuse(const Message& heard, std::string_view expected) {
  if (heard.word == Word::failed) rethrow(heard.failure);
  throw std::runtime_error(
      fmt::format("expected \"{}\" of the other side, and heard \"{}\"", expected, name_of(heard.word)));
}

}  // namespace

std::string_view name_of(Word word) {
  constexpr std::string_view kNames[] = {"?",       "born",    "identity_mapped", "bind_source",
                                         "grouped", "mounted", "hooks_done",      "ready",
                                         "kept",    "start",   "failed"};
  const auto index = static_cast<std::size_t>(word);
  return index < std::size(kNames) ? kNames[index] : kNames[0];
}

std::string encode(const Message& message) {
  std::string bytes(1, static_cast<char>(message.word));
  if (message.word != Word::failed) return bytes;
  const Failure& failure = message.failure;
  bytes += static_cast<char>(failure.kind);
  put(bytes, fmt::format("{}", failure.error));
  for (const std::string* field :
       {&failure.call, &failure.arguments, &failure.phase, &failure.hint, &failure.text})
    put(bytes, std::string_view(*field).substr(0, 8000));  // the whole stays below sys::kMaxMessage
  return bytes;
}

Message decode(std::string_view bytes) {
  if (bytes.empty() || bytes[0] < 1 || bytes[0] > static_cast<char>(Word::failed)) garbled();
  Message message{static_cast<Word>(bytes[0]), {}};
  if (message.word != Word::failed) {
    if (bytes.size() != 1) garbled();
    return message;
  }
  if (bytes.size() < 2 || bytes[1] < 0 || bytes[1] > static_cast<char>(Failure::Kind::other)) garbled();
  Failure& failure = message.failure;
  failure.kind = static_cast<Failure::Kind>(bytes[1]);
  bytes.remove_prefix(2);
  const std::string error = take(bytes);
  if (error.empty() || error.size() > 6 || error.find_first_not_of("0123456789") != std::string::npos)
    garbled();
  failure.error = std::stoi(error);
  for (std::string* field : {&failure.call, &failure.arguments, &failure.phase, &failure.hint, &failure.text})
    *field = take(bytes);
  if (!bytes.empty()) garbled();
  return message;
}

void say(int socket, Word word, const std::vector<int>& along, sys::Where where) {
  try {
    sys::send_message(socket, encode({word, {}}), along, where);
  } catch (const sys::Error& error) {
    // The second of a peer that ended before it had read what it was told before.
    if (error.error() != EPIPE && error.error() != ECONNRESET) throw;
    check_peer(socket, where);
    throw PeerGone(fmt::format("the other side ended before it heard \"{}\"", name_of(word)));
  }
}

bool say_failed(int socket, const Failure& failure) noexcept {
  try {
    sys::send_message(socket, encode({Word::failed, failure}));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<Message> hear(int socket, sys::Where where) {
  auto received = sys::receive_message(socket, where);
  if (!received) return std::nullopt;
  Message message = decode(received->bytes);
  message.along = std::move(received->descriptors);
  return message;
}

std::vector<sys::UniqueFd> expect(int socket, Word word, sys::Where where) {
  auto message = hear(socket, where);
  if (!message) throw PeerGone(fmt::format("the other side ended before it said \"{}\"", name_of(word)));
  if (message->word != word) refuse(*message, name_of(word));
  return std::move(message->along);
}

void check_peer(int socket, sys::Where where) {
  pollfd line{socket, POLLIN, 0};
  // WHY a loop: it may have said that it is ready before it failed.
  while (sys::poll({&line, 1}, 0, where) > 0) {
    const auto said = hear(socket, where);
    if (!said) throw PeerGone("the other side ended");
    if (said->word == Word::failed) rethrow(said->failure);
  }
}

void expect_end(int socket, sys::Where where) {
  const auto message = hear(socket, where);
  if (message) refuse(*message, "end of file");
}

Failure describe_current_exception() {
  Failure failure;
  try {
    throw;
  } catch (const spec::ProgramError& error) {
    failure.kind = Failure::Kind::program;
    failure.error = error.error();
    failure.text = error.what();
  } catch (const sys::Error& error) {
    failure = {Failure::Kind::kernel_call,
               error.error(),
               error.call(),
               error.arguments(),
               error.phase(),
               error.hint(),
               {}};
  } catch (const spec::Invalid& error) {
    failure.kind = Failure::Kind::document;
    failure.arguments = error.path();
    failure.text = std::string(error.what()).substr(error.path().size() + 2);
  } catch (const std::exception& error) {
    failure.text = error.what();
  }
  return failure;
}

void rethrow(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::kernel_call:
      throw sys::Error(failure.error, failure.call, failure.arguments, failure.phase, failure.hint);
    case Failure::Kind::document:
      throw spec::Invalid(failure.arguments, failure.text);
    case Failure::Kind::program:
      throw spec::ProgramError(failure.error, failure.text);
    case Failure::Kind::other:
      break;
  }
  throw std::runtime_error(failure.text);
}

}  // namespace protocol
