// Little-endian numbers and length-prefixed strings in a buffer, read with bounds: the other side of the wire
// may be hostile, so every read can fail and none can run past the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vm::protocol {

inline void append_u32(std::string& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((value >> shift) & 0xffU);
}

// The caller has checked that four bytes are there.
inline std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned index = 0; index < 4; ++index)
    value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at + index])) << (8 * index);
  return value;
}

inline void append_string(std::string& out, std::string_view text) {
  append_u32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

inline void append_strings(std::string& out, const std::vector<std::string>& texts) {
  append_u32(out, static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts)
    append_string(out, text);
}

// Walks a payload from front to back. After a read that ran short everything is nullopt.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint32_t> number() {
    if (rest_.size() < 4) return fail();
    const std::uint32_t value = read_u32(rest_, 0);
    rest_.remove_prefix(4);
    return value;
  }

  std::optional<std::string> text() {
    const auto size = number();
    if (!size || *size > rest_.size()) return fail();
    std::string value(rest_.substr(0, *size));
    rest_.remove_prefix(*size);
    return value;
  }

  std::optional<std::vector<std::string>> texts() {
    const auto count = number();
    // A string takes four bytes at least: a larger count is a lie, refused before memory is set aside for it.
    if (!count || *count > rest_.size() / 4) return fail();
    std::vector<std::string> values;
    for (std::uint32_t index = 0; index < *count; ++index) {
      auto value = text();
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }

  // Nothing left over: a message with a tail is not one of ours.
  bool at_end() const { return !failed_ && rest_.empty(); }

 private:
  std::nullopt_t fail() {
    rest_ = {};
    failed_ = true;
    return std::nullopt;
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace vm::protocol
