// Whether this build is of the asan preset: its programs want libraries and a shadow of terabytes of address space.
#pragma once

namespace support {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace support
