// Work of a real library: zlib compresses and digests. See loops.h.
// Reads: zlib.h (compress2, crc32).
#include <fmt/format.h>
#include <zlib.h>

#include <stdexcept>
#include <vector>

#include "bench/workload/clock.h"
#include "bench/workload/loops.h"

namespace workload {

namespace {

// Text of a small vocabulary: it shrinks to a part, as logs and sources do.
std::vector<Bytef> text_of(std::size_t bytes) {
  static constexpr const char* kWords[] = {"process ",   "container ", "kernel ",
                                           "namespace ", "memory ",    "the "};
  std::vector<Bytef> text;
  std::uint64_t state = 88172645463325252U;
  while (text.size() < bytes) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    for (const char* letter = kWords[state % std::size(kWords)]; *letter != '\0'; ++letter)
      text.push_back(static_cast<Bytef>(*letter));
  }
  text.resize(bytes);
  return text;
}

}  // namespace

std::string run_library(std::uint64_t kilobytes) {
  const auto text = text_of(kilobytes * 1024);
  std::vector<Bytef> packed(compressBound(text.size()));
  uLongf size = packed.size();
  const auto start = Clock::now();
  if (compress2(packed.data(), &size, text.data(), text.size(), Z_DEFAULT_COMPRESSION) != Z_OK)
    throw std::runtime_error("zlib could not compress");
  const auto compressed = nanoseconds_since(start);
  const auto middle = Clock::now();
  const auto digest = crc32(crc32(0, nullptr, 0), text.data(), static_cast<uInt>(text.size()));
  return fmt::format(R"({{"deflate":{},"crc32":{},"bytes":{},"packed":{},"digest":{}}})", compressed,
                     nanoseconds_since(middle), text.size(), size, digest);
}

}  // namespace workload
