// See frame.h.
#include "vm-launcher/protocol/frame.h"

#include <array>
#include <stdexcept>

#include "vm-launcher/protocol/bytes.h"

namespace vm::protocol {

namespace {

constexpr std::string_view kMagic("\xa5IVM", 4);
constexpr std::size_t kCrcOffset = 12;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
    table[byte] = value;
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

bool known(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(Type::renew) ||
         (type >= static_cast<std::uint8_t>(Type::ready) &&
          type <= static_cast<std::uint8_t>(Type::started)) ||
         (type >= static_cast<std::uint8_t>(Type::run) && type <= static_cast<std::uint8_t>(Type::network));
}

std::uint32_t checksum(std::string_view header, std::string_view payload) {
  return crc32(payload, crc32(header.substr(kMagic.size(), kCrcOffset - kMagic.size())));
}

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t value = ~seed;
  for (const char byte : bytes)
    value = kCrcTable[(value ^ static_cast<std::uint8_t>(byte)) & 0xffU] ^ (value >> 8U);
  return ~value;
}

std::string encode(Type type, std::string_view payload, std::uint16_t channel) {
  if (payload.size() > kMaxPayload)
    throw std::length_error("frame payload too long; the caller must split it");
  std::string frame(kMagic);
  frame += static_cast<char>(kVersion);
  frame += static_cast<char>(type);
  frame += static_cast<char>(channel & 0xffU);
  frame += static_cast<char>(channel >> 8U);
  append_u32(frame, static_cast<std::uint32_t>(payload.size()));
  append_u32(frame, checksum(frame, payload));
  frame += payload;
  return frame;
}

void Decoder::discard(std::size_t count) {
  buffer_.erase(0, count);
  discarded_ += count;
}

// True when the buffer starts with a whole magic; throws away what cannot be the start of one.
bool Decoder::skip_to_magic() {
  const std::size_t start = buffer_.find(kMagic.front());
  discard(start == std::string::npos ? buffer_.size() : start);
  while (!buffer_.empty() && !buffer_.starts_with(kMagic.substr(0, buffer_.size()))) {
    const std::size_t again = buffer_.find(kMagic.front(), 1);
    discard(again == std::string::npos ? buffer_.size() : again);
  }
  return buffer_.size() >= kMagic.size();
}

std::optional<Frame> Decoder::next() {
  while (skip_to_magic() && buffer_.size() >= kHeaderSize) {
    const std::string_view header = std::string_view(buffer_).substr(0, kHeaderSize);
    const auto version = static_cast<std::uint8_t>(header[4]);
    const auto type = static_cast<std::uint8_t>(header[5]);
    const std::uint32_t length = read_u32(header, 8);
    if (version != kVersion) foreign_version_ = version;
    if (version != kVersion || !known(type) || length > kMaxPayload) {
      discard(1);
      continue;
    }
    if (buffer_.size() < kHeaderSize + length) return std::nullopt;
    const std::string_view payload = std::string_view(buffer_).substr(kHeaderSize, length);
    if (checksum(header, payload) != read_u32(header, kCrcOffset)) {
      discard(1);
      continue;
    }
    const auto channel = static_cast<std::uint16_t>(read_u32(header, 6) & 0xffffU);
    Frame frame{static_cast<Type>(type), std::string(payload), channel};
    buffer_.erase(0, kHeaderSize + length);
    return frame;
  }
  return std::nullopt;
}

}  // namespace vm::protocol
