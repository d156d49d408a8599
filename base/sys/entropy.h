// Random numbers: taking them from the kernel, and giving it some that nobody else has. Reads: getrandom(2), random(4).
#pragma once

#include <string>
#include <string_view>

#include "base/sys/call.h"

namespace sys {

// getrandom(2).
std::string random_bytes(std::size_t count, Where where = Where::current());

// ioctl(2) RNDADDENTROPY and RNDRESEEDCRNG: all random numbers of this machine depend on `bytes` from here on.
void add_entropy(std::string_view bytes, Where where = Where::current());

}  // namespace sys
