// Unix sockets: message pairs between parent and child, and descriptors passed between processes.
// Reads: socket(2), socketpair(2), unix(7), sendmsg(2), recvmsg(2), bind(2), listen(2), accept(2),
// connect(2). Beside them a question over udp(7): send(2), recv(2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
// SOCK_SEQPACKET: one send is one message, and a closed peer is an end of file, not a silence.
SocketPair seqpacket_pair(Where where = Where::current());

// Longest message of send_message, in bytes.
inline constexpr std::size_t kMaxMessage = 65536;

struct Message {
  std::string bytes;
  std::vector<UniqueFd> descriptors;  // SCM_RIGHTS, at most 16
};
// SIGPIPE is never raised; a closed peer is EPIPE.
void send_message(int socket, std::string_view bytes, const std::vector<int>& descriptors = {},
                  Where where = Where::current());
// nullopt when the peer has closed.
std::optional<Message> receive_message(int socket, Where where = Where::current());

// A stream socket at a path (107 bytes at most, by sockaddr_un).
UniqueFd listen_unix(const std::string& path, Where where = Where::current());
UniqueFd accept(int listener, Where where = Where::current());
UniqueFd connect_unix(const std::string& path, Where where = Where::current());
// The same with messages (SOCK_SEQPACKET). Connecting, an empty UniqueFd says that nobody listens there.
UniqueFd listen_unix_seqpacket(const std::string& path, Where where = Where::current());
UniqueFd connect_unix_seqpacket_if_served(const std::string& path, Where where = Where::current());

// One datagram to an IPv4 address, and the first that comes back within the time; nullopt if none does, or if nobody
// listens there.
std::optional<std::string> ask_udp(const std::string& address, std::uint16_t port, std::string_view question,
                                   int milliseconds, Where where = Where::current());

}  // namespace sys
