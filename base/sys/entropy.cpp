// See entropy.h.
#include "base/sys/entropy.h"

#include <fmt/format.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/random.h>

#include <cstring>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

std::string random_bytes(std::size_t count, Where where) {
  std::string bytes(count, '\0');
  call(
      "getrandom", [&] { return fmt::format("{} bytes", count); },
      [&] { return ::getrandom(bytes.data(), bytes.size(), 0); }, where);
  return bytes;
}

void add_entropy(std::string_view bytes, Where where) {
  // SPEC: random(4): a rand_pool_info is two numbers, bits and bytes, and then the bytes.
  std::vector<int> pool(2 + (bytes.size() + sizeof(int) - 1) / sizeof(int));
  pool[0] = static_cast<int>(bytes.size() * 8);
  pool[1] = static_cast<int>(bytes.size());
  std::memcpy(pool.data() + 2, bytes.data(), bytes.size());
  const UniqueFd device = open("/dev/urandom", O_WRONLY);
  call(
      "ioctl", [&] { return fmt::format("RNDADDENTROPY, {} bytes", bytes.size()); },
      [&] { return ::ioctl(device.get(), RNDADDENTROPY, pool.data()); }, where);
  // ORDER: after the bytes are in. WHY: the kernel would take them up with its next reseeding, a minute from now.
  call(
      "ioctl", [] { return std::string("RNDRESEEDCRNG"); },
      [&] { return ::ioctl(device.get(), RNDRESEEDCRNG); }, where);
}

}  // namespace sys
