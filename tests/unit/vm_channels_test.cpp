// The launcher's side of the agent's line, against a guest that this test plays, well or badly.
#include <gmock/gmock.h>

#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "tests/support/temporary_folder.h"
#include "vm-launcher/launch/channels.h"
#include "vm-launcher/launch/growing_log.h"
#include "vm-launcher/launch/streams.h"

namespace {

namespace protocol = vm::protocol;
using protocol::Type;
using testing::HasSubstr;

using Frames = std::vector<protocol::Frame>;

Frames frames_in(protocol::Decoder& decoder, int fd) {
  Frames frames;
  pollfd entry{fd, POLLIN, 0};
  char buffer[65536];
  while (sys::poll({&entry, 1}, 0) > 0) {
    const std::size_t count = sys::read(fd, buffer);
    if (count == 0) break;
    decoder.feed({buffer, count});
  }
  while (auto frame = decoder.next())
    frames.push_back(std::move(*frame));
  return frames;
}

std::size_t bytes_of(const Frames& frames, Type type) {
  std::size_t bytes = 0;
  for (const protocol::Frame& frame : frames)
    bytes += frame.type == type ? frame.payload.size() : 0;
  return bytes;
}

// A supervisor without a VM: the line ends here, and the control socket is real.
class VmChannels : public testing::Test {
 protected:
  // A client whose first command has been sent.
  sys::UniqueFd client(const std::string& verb = "agent\n") {
    sys::UniqueFd socket = sys::connect_unix(folder_ / "control");
    sys::write_all(socket.get(), verb + protocol::encode(Type::run, "command"));
    serve();
    return socket;
  }
  // Until nothing more happens.
  void serve() {
    for (bool busy = true; busy;) {
      std::vector<pollfd> polled = {{host_end_.get(), line_.events(), 0}};
      control_.add_to(polled);
      busy = sys::poll(polled, 20) > 0;
      line_.serve(polled[0].revents, [&](const protocol::Frame& frame) { channels_.from_guest(frame); });
      for (const auto& request : control_.serve(polled)) {
        if (request.gone) channels_.client_gone(request.client);
        if (!request.line.empty()) channels_.open(request.client, request.line != "agent");
        if (request.frame) channels_.from_client(request.client, *request.frame);
      }
    }
  }
  void guest_says(Type type, std::string_view payload, std::uint16_t channel) {
    sys::write_all(guest_end_.get(), protocol::encode(type, payload, channel));
    serve();
  }
  Frames guest_hears() { return frames_in(guest_decoder_, guest_end_.get()); }
  Frames client_hears(const sys::UniqueFd& socket) {
    protocol::Decoder decoder;
    return frames_in(decoder, socket.get());
  }

  const support::TemporaryFolder folder_{"vm-channels"};
  sys::UniqueFd listener_ = sys::listen_unix(folder_ / "line");
  sys::UniqueFd guest_end_ = sys::connect_unix(folder_ / "line");
  sys::UniqueFd host_end_ = sys::accept(listener_.get());
  vm::AgentLine line_{host_end_.get()};
  vm::Control control_{folder_ / "control"};
  vm::Channels channels_{line_, control_};
  protocol::Decoder guest_decoder_;
};

TEST_F(VmChannels, EachClientHasOneOfItsOwnAndHearsItsOwnAlone) {
  const sys::UniqueFd first = client(), second = client();
  const Frames orders = guest_hears();
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_EQ(orders[0].channel, 1);
  EXPECT_EQ(orders[1].channel, 2);
  guest_says(Type::output, "for the second", 2);
  guest_says(Type::exited, protocol::encode_number(3), 1);
  const Frames ended = client_hears(first), printed = client_hears(second);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].type, Type::exited);
  EXPECT_EQ(ended[0].channel, 0) << "a client knows of no channels";
  ASSERT_EQ(printed.size(), 1U);
  EXPECT_EQ(printed[0].payload, "for the second");
  const sys::UniqueFd third = client();
  EXPECT_EQ(guest_hears().at(0).channel, 1) << "free again";
}

TEST_F(VmChannels, AGuestThatSendsBeyondItsRoomLosesTheChannel) {
  const sys::UniqueFd socket = client();
  guest_hears();
  const std::string piece(protocol::kOutputPiece, 'x');
  for (std::size_t sent = 0; sent <= protocol::kOutputWindow; sent += piece.size())
    guest_says(Type::output, piece, 1);
  const Frames heard = client_hears(socket);
  EXPECT_EQ(bytes_of(heard, Type::output), protocol::kOutputWindow);
  ASSERT_EQ(heard.back().type, Type::failed);
  EXPECT_THAT(heard.back().payload, HasSubstr("broken or hostile"));
  EXPECT_EQ(guest_hears().at(0).type, Type::signal);
}

TEST_F(VmChannels, InputWaitsUntilTheLineHasRoom) {
  std::vector<sys::UniqueFd> clients;
  for (int number = 0; number < 4; ++number) {
    clients.push_back(client());
    sys::write_all(clients.back().get(),
                   protocol::encode(Type::input, std::string(protocol::kInputWindow, 'x')));
    serve();
  }
  EXPECT_EQ(bytes_of(guest_hears(), Type::input), protocol::kLineWindow);
  guest_says(Type::received, protocol::encode_number(protocol::kInputWindow), 0);
  EXPECT_EQ(bytes_of(guest_hears(), Type::input), protocol::kInputWindow);
}

TEST_F(VmChannels, WithItsClientACommandGoesUnlessItIsDetached) {
  sys::UniqueFd attached = client(), detached = client("agent detached\n");
  guest_hears();
  attached.reset();
  detached.reset();
  serve();
  int hangups = 0;
  for (const protocol::Frame& frame : guest_hears()) {
    if (frame.type != Type::signal) continue;
    ++hangups;
    EXPECT_EQ(frame.channel, 1);
  }
  EXPECT_EQ(hangups, 1);
  // What it still prints is taken, or it would wait for ever.
  guest_says(Type::output, std::string(protocol::kOutputPiece, 'x'), 2);
  const Frames taken = guest_hears();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].type, Type::output_taken);
}

TEST_F(VmChannels, FramesOfChannelsThatNobodyOpenedAreDropped) {
  guest_says(Type::output, "x", 9);
  guest_says(Type::exited, protocol::encode_number(0), 9);
  const sys::UniqueFd socket = client();
  EXPECT_EQ(guest_hears().size(), 1U);
  EXPECT_TRUE(client_hears(socket).empty());
}

TEST(VmStreams, AHostileGuestCannotFillTheLaunchersMemory) {
  const sys::Pipe unread = sys::pipe();
  vm::UserStreams streams(-1, unread.write.get(), unread.write.get(), [](Type, std::string_view) {});
  const std::string piece(protocol::kOutputPiece, 'x');
  for (int round = 0; round < 5; ++round)
    streams.hear({Type::output, piece});
  EXPECT_TRUE(streams.ended());
  EXPECT_FALSE(streams.ending()) << "what came in time is still to be written";
}

TEST(VmStreams, ALogOfAGuestKeepsItsLatestHalf) {
  const support::TemporaryFolder folder("vm-log");
  vm::GrowingLog log(folder / "log");
  const std::string piece(1U << 20U, 'x');
  for (int round = 0; round < 20; ++round)
    log.append(piece);
  log.append("end");
  const std::string kept = vm::GrowingLog::read(folder / "log");
  EXPECT_LE(kept.size(), 2 * vm::GrowingLog::kLimit);
  EXPECT_GE(kept.size(), vm::GrowingLog::kLimit);
  EXPECT_TRUE(kept.ends_with("xend"));
}

}  // namespace
