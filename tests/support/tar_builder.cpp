// See tar_builder.h.
#include "tests/support/tar_builder.h"

#include <fmt/format.h>

namespace testing_tar {

namespace {

constexpr std::size_t kBlock = 512;

void put(std::string& block, std::size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock);
  return bytes;
}

}  // namespace

void fix_checksum(std::string& bytes, std::size_t block) {
  put(bytes, block + 148, "        ");
  unsigned sum = 0;
  for (std::size_t at = block; at < block + kBlock; ++at)
    sum += static_cast<unsigned char>(bytes[at]);
  put(bytes, block + 148, fmt::format("{:06o}", sum));
  bytes[block + 154] = '\0';
}

std::string entry(const Header& header) {
  std::string block(kBlock, '\0');
  put(block, 0, header.name.substr(0, 100));
  put(block, 100, fmt::format("{:07o}", header.mode));
  put(block, 108, fmt::format("{:07o}", header.uid));
  put(block, 116, fmt::format("{:07o}", header.gid));
  put(block, 124, fmt::format("{:011o}", header.size != 0 ? header.size : header.content.size()));
  put(block, 136, fmt::format("{:011o}", header.mtime));
  block[156] = header.type;
  put(block, 157, header.link.substr(0, 100));
  put(block, 257, std::string_view("ustar\00000", 8));
  put(block, 329, fmt::format("{:07o}", header.major));
  put(block, 337, fmt::format("{:07o}", header.minor));
  fix_checksum(block, 0);
  return block + padded(header.content);
}

std::string pax(const std::string& key, const std::string& value) {
  // The length of a record counts its own digits.
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (fmt::format("{}", length).size() + rest != length)
    ++length;
  return entry({.name = "pax", .type = 'x', .content = fmt::format("{} {}={}\n", length, key, value)});
}

std::string end_mark() {
  return std::string(2 * kBlock, '\0');
}

}  // namespace testing_tar
