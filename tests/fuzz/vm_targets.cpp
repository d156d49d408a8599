// Target for what launcher and guest say to each other: bytes on the agent's line, read by both sides. See targets.h.
#include <stdexcept>

#include "tests/fuzz/targets.h"
#include "vm-launcher/launch/streams.h"
#include "vm-launcher/protocol/frame.h"
#include "vm-launcher/protocol/messages.h"

namespace fuzz {

namespace {

namespace protocol = vm::protocol;

// What a payload is read as, it means: written again, it is the same bytes.
template <class Message>
void expect_stable(const std::optional<Message>& message, std::string_view payload) {
  if (message && protocol::encode(*message) != payload) throw std::logic_error("a message is not stable");
}

void read_payload(std::string_view payload) {
  expect_stable(protocol::decode_ready(payload), payload);
  expect_stable(protocol::decode_command(payload), payload);
  expect_stable(protocol::decode_mount(payload), payload);
  expect_stable(protocol::decode_failure(payload), payload);
  expect_stable(protocol::decode_window_size(payload), payload);
  expect_stable(protocol::decode_clock(payload), payload);
  expect_stable(protocol::decode_network(payload), payload);
  protocol::decode_number(payload);
}

}  // namespace

// Once as a stream, as whoever sits at the other end would send it; and, because a fuzzer guesses no checksum, each byte
// string as the payload of a frame whose type is its first byte.
void agent(std::string_view text) {
  vm::UserStreams streams(-1, -1, -1, [](protocol::Type, std::string_view) {});
  protocol::Decoder decoder;
  decoder.feed(text);
  if (!text.empty() && text.size() <= protocol::kMaxPayload)
    decoder.feed(protocol::encode(static_cast<protocol::Type>(text.front()), text.substr(1)));
  while (const auto frame = decoder.next()) {
    read_payload(frame->payload);
    streams.hear(*frame);
  }
  streams.ending();
}

}  // namespace fuzz
