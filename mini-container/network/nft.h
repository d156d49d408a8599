// nftables commands through libnftables: the language of the `nft` program, without the program.
// Reads: nft(8), libnftables(3).
#pragma once

#include <string>

#include "base/sys/call.h"

namespace network {

struct NftResult {
  int error = 0;        // errno, 0 on success
  std::string output;   // of "list", as JSON
  std::string message;  // libnftables' own words on failure
};

// One transaction: all of `commands` or nothing.
NftResult nft(const std::string& commands, sys::Where where = sys::Where::current());
// The same for commands that must succeed; returns the output.
std::string nft_or_throw(const std::string& commands, sys::Where where = sys::Where::current());
// Throws sys::Error for a result that failed, with the hint what the bridge network needs of the kernel.
[[noreturn]] void fail_nft(const NftResult& result, const std::string& commands);

}  // namespace network
