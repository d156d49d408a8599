// Frames and messages between launcher and guest: what goes in comes out, and garbage never does harm.
#include <gmock/gmock.h>

#include <random>

#include "vm-launcher/protocol/bytes.h"
#include "vm-launcher/protocol/frame.h"
#include "vm-launcher/protocol/messages.h"

namespace {

namespace protocol = vm::protocol;
using protocol::Type;

std::vector<protocol::Frame> all(protocol::Decoder& decoder) {
  std::vector<protocol::Frame> frames;
  while (auto frame = decoder.next())
    frames.push_back(std::move(*frame));
  return frames;
}

std::string random_bytes(std::mt19937& random, std::size_t count) {
  std::uniform_int_distribution<int> byte(0, 255);
  std::string bytes;
  while (bytes.size() < count)
    bytes += static_cast<char>(byte(random));
  return bytes;
}

TEST(Frames, TheChecksumIsTheCommonCrc32) {
  EXPECT_EQ(protocol::crc32("123456789"), 0xcbf43926U);
}

TEST(Frames, AFrameComesOutWholeHoweverItIsCut) {
  const std::string wire = protocol::encode(Type::output, "hello") + protocol::encode(Type::exited, "");
  protocol::Decoder decoder;
  std::vector<protocol::Frame> frames;
  for (const char byte : wire) {
    decoder.feed({&byte, 1});
    for (auto& frame : all(decoder))
      frames.push_back(std::move(frame));
  }
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].payload, "hello");
  EXPECT_EQ(frames[1].type, Type::exited);
  EXPECT_EQ(decoder.discarded(), 0U);
}

TEST(Frames, TextOfAKernelBetweenFramesIsSkippedAndCounted) {
  const std::string noise = "[    0.1] Kernel panic - not syncing\r\n\xa5\xa5IV";
  protocol::Decoder decoder;
  decoder.feed(noise + protocol::encode(Type::ready, "x") + noise + protocol::encode(Type::exited, "y"));
  const auto frames = all(decoder);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].payload, "y");
  EXPECT_EQ(decoder.discarded(), 2 * noise.size());
}

TEST(Frames, ADamagedFrameIsDroppedAndTheNextOneFound) {
  for (std::size_t at = 0; at < protocol::kHeaderSize + 5; ++at) {
    std::string damaged = protocol::encode(Type::output, "hello");
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    protocol::Decoder decoder;
    decoder.feed(damaged);
    // A damaged length may make the decoder wait for bytes that never come: the rest of the line is longer than that.
    decoder.feed(protocol::encode(Type::exited, "ok") + std::string(protocol::kMaxPayload, ' '));
    const auto frames = all(decoder);
    ASSERT_EQ(frames.size(), 1U) << "byte " << at;
    EXPECT_EQ(frames[0].payload, "ok");
  }
}

TEST(Frames, RandomBytesNeverBecomeAFrame) {
  std::mt19937 random(1);
  protocol::Decoder decoder;
  std::size_t fed = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = random_bytes(random, 1 + random() % 4096);
    fed += bytes.size();
    decoder.feed(bytes);
    EXPECT_TRUE(all(decoder).empty());
  }
  EXPECT_GT(decoder.discarded(), fed - protocol::kMaxPayload);
}

TEST(Frames, FramesAmongRandomBytesAreAllFound) {
  std::mt19937 random(2);
  protocol::Decoder decoder;
  std::size_t found = 0;
  for (int round = 0; round < 200; ++round) {
    decoder.feed(random_bytes(random, random() % 64));
    decoder.feed(protocol::encode(Type::output, random_bytes(random, random() % 512)));
    found += all(decoder).size();
  }
  // The last may still wait behind noise that looked like a header; no other may be lost.
  decoder.feed(std::string(protocol::kMaxPayload + protocol::kHeaderSize, ' '));
  EXPECT_EQ(found + all(decoder).size(), 200U);
}

TEST(Frames, AnotherVersionIsNoticedAndNotObeyed) {
  std::string wire = protocol::encode(Type::ready, "");
  wire[4] = 9;
  protocol::Decoder decoder;
  decoder.feed(wire);
  EXPECT_TRUE(all(decoder).empty());
  EXPECT_EQ(decoder.foreign_version(), 9);
}

TEST(Frames, ALengthBeyondTheLimitIsGarbageAtOnce) {
  std::string wire = protocol::encode(Type::output, "");
  wire[10] = 0x7f;  // claims megabytes
  protocol::Decoder decoder;
  decoder.feed(wire);
  EXPECT_TRUE(all(decoder).empty());
  EXPECT_EQ(decoder.discarded(), wire.size());
}

protocol::Command sample() {
  return {{"sh", "-c", "echo \"a b\"; exit 3", ""}, {"PATH=/bin", "EMPTY="}, "/tmp", "1000:100", "web"};
}

TEST(Messages, ACommandSurvivesTheTrip) {
  const auto copy = protocol::decode_command(protocol::encode(sample()));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->arguments, sample().arguments);
  EXPECT_EQ(copy->environment, sample().environment);
  EXPECT_EQ(copy->directory, "/tmp");
  EXPECT_EQ(copy->user, "1000:100");
  EXPECT_EQ(copy->hostname, "web");
}

TEST(Messages, ARenewalSurvivesTheWireAndNothingShorterOrLonger) {
  const std::string whole =
      protocol::encode(protocol::Renewal{{1764118000, 999999999}, std::string(32, '\xee')});
  const auto copy = protocol::decode_renewal(whole);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->now.seconds, 1764118000U);
  EXPECT_EQ(copy->now.nanoseconds, 999999999U);
  EXPECT_EQ(copy->seed, std::string(32, '\xee'));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(protocol::decode_renewal(whole.substr(0, size))) << size;
  EXPECT_FALSE(protocol::decode_renewal(whole + "x"));
  EXPECT_FALSE(protocol::decode_renewal(protocol::encode(protocol::Renewal{{1, 1000000000}, "x"})));
  EXPECT_FALSE(protocol::decode_renewal(
      protocol::encode(protocol::Renewal{{1, 0}, std::string(protocol::kMostSeed + 1, 'x')})));
}

TEST(Messages, AMountSurvivesTheTripAndEveryCutIsRefused) {
  const std::string whole = protocol::encode(protocol::Mount{"disk1", "/data", true, true});
  const auto copy = protocol::decode_mount(whole);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->source, "disk1");
  EXPECT_EQ(copy->path, "/data");
  EXPECT_TRUE(copy->read_only);
  EXPECT_TRUE(copy->shared);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(protocol::decode_mount(whole.substr(0, size))) << size;
  EXPECT_FALSE(protocol::decode_mount(whole + "x"));
  protocol::Decoder decoder;
  decoder.feed(protocol::encode(Type::mount, whole));
  EXPECT_EQ(all(decoder).size(), 1U);
}

TEST(Frames, CarryTheirChannel) {
  protocol::Decoder decoder;
  decoder.feed(protocol::encode(Type::output, "x", 0xabcd) + protocol::encode(Type::output, "y"));
  const auto frames = all(decoder);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].channel, 0xabcd);
  EXPECT_EQ(frames[1].channel, 0);
}

TEST(Messages, ATerminalAndAToolSurviveTheTripAndEveryCutIsRefused) {
  protocol::Command command;
  command.tool = "pack";
  command.terminal = protocol::WindowSize{24, 80};
  const std::string whole = protocol::encode(command);
  const auto copy = protocol::decode_command(whole);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->tool, "pack");
  ASSERT_TRUE(copy->terminal);
  EXPECT_EQ(copy->terminal->columns, 80U);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(protocol::decode_command(whole.substr(0, size))) << size;
  command.terminal = protocol::WindowSize{70000, 80};
  EXPECT_FALSE(protocol::decode_command(protocol::encode(command))) << "a terminal has 16 bits for each";
}

TEST(Messages, ClockAndNetworkSurviveTheTripAndNonsenseIsRefused) {
  EXPECT_EQ(protocol::decode_clock(protocol::encode(protocol::Clock{5, 999999999}))->nanoseconds, 999999999U);
  EXPECT_FALSE(protocol::decode_clock(protocol::encode(protocol::Clock{5, 1000000000})));
  const auto network =
      protocol::decode_network(protocol::encode(protocol::Network{"10.0.2.15", 24, "g", "n"}));
  ASSERT_TRUE(network);
  EXPECT_EQ(network->address, "10.0.2.15");
  EXPECT_EQ(network->resolv_conf, "n");
  EXPECT_FALSE(protocol::decode_network(protocol::encode(protocol::Network{"10.0.2.15", 33, "g", "n"})));
}

TEST(Messages, EveryCutAndEveryTailIsRefused) {
  const std::string whole = protocol::encode(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(protocol::decode_command(whole.substr(0, size))) << size;
  EXPECT_FALSE(protocol::decode_command(whole + "x"));
  EXPECT_FALSE(protocol::decode_number("abc"));
  EXPECT_FALSE(protocol::decode_ready(whole));
}

TEST(Messages, RandomPayloadsNeverCrash) {
  std::mt19937 random(3);
  int understood = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string bytes = random_bytes(random, random() % 40);
    understood += protocol::decode_command(bytes) ? 1 : 0;
    understood += protocol::decode_ready(bytes) ? 1 : 0;
    understood += protocol::decode_failure(bytes) ? 1 : 0;
    understood += protocol::decode_mount(bytes) ? 1 : 0;
  }
  EXPECT_LT(understood, 20);
}

TEST(Messages, ACountThatLiesIsRefusedBeforeMemoryIsTaken) {
  std::string payload;
  protocol::append_u32(payload, 0xffffffff);
  EXPECT_FALSE(protocol::decode_command(payload + std::string(64, '\0')));
}

}  // namespace
