// One question to a name server: does it know this name? Reads: RFC 1035 (4.1), udp(7).
#pragma once

#include <string>

namespace network {

inline constexpr int kQueryMilliseconds = 20;  // an answer is waited for

// True if the server at `address` has an IPv4 address for `name`.
bool answers_name(const std::string& address, const std::string& name);

// The question as it is sent. Pure.
std::string dns_question(const std::string& name);
// Whether `reply` answers it. Pure.
bool is_answer(const std::string& reply);

}  // namespace network
