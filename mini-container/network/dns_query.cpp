// See dns_query.h.
#include "mini-container/network/dns_query.h"

#include <arpa/inet.h>

#include "base/sys/socket.h"
#include "base/text/text.h"

namespace network {

namespace {

constexpr std::uint16_t kPort = 53;
constexpr std::size_t kHeader = 12;

}  // namespace

std::string dns_question(const std::string& name) {
  using namespace std::string_literals;
  // Number 1, recursion desired, one question; its name in labels; type A, class IN.
  std::string question = "\0\1\1\0\0\1\0\0\0\0\0\0"s;
  for (const std::string_view label : text::split(name, '.')) {
    question += static_cast<char>(label.size());
    question += label;
  }
  return question + "\0\0\1\0\1"s;
}

bool is_answer(const std::string& reply) {
  if (reply.size() <= kHeader) return false;
  const int code = reply[3] & 0xf;
  const int answers = static_cast<unsigned char>(reply[6]) << 8 | static_cast<unsigned char>(reply[7]);
  return code == 0 && answers > 0;
}

bool answers_name(const std::string& address, const std::string& name) {
  const auto reply = sys::ask_udp(address, kPort, dns_question(name), kQueryMilliseconds);
  return reply && is_answer(*reply);
}

}  // namespace network
