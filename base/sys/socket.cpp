// See socket.h.
#include "base/sys/socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace sys {

namespace {

constexpr std::size_t kMaxDescriptors = 16;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Error(ENAMETOOLONG, "connect", path, {}, "a Unix socket's path has at most 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

UniqueFd unix_socket(int kind, Where where) {
  return UniqueFd(call(
      "socket",
      [&] { return fmt::format("AF_UNIX, {}", kind == SOCK_STREAM ? "SOCK_STREAM" : "SOCK_SEQPACKET"); },
      [&] { return ::socket(AF_UNIX, kind | SOCK_CLOEXEC, 0); }, where));
}

UniqueFd listening(int kind, const std::string& path, Where where) {
  const sockaddr_un address = address_of(path);
  UniqueFd socket = unix_socket(kind, where);
  call(
      "bind", [&] { return path; },
      [&] { return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address); },
      where);
  call(
      "listen", [&] { return path; }, [&] { return ::listen(socket.get(), SOMAXCONN); }, where);
  return socket;
}

// WHY twice: a peer that closes with a message of ours unread resets the connection, and the kernel reports that before
// what the peer had said. Asked again it hands that out, and then the end of file.
ssize_t receive(int socket, msghdr& header) {
  const ssize_t count = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  return count < 0 && errno == ECONNRESET ? ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC) : count;
}

}  // namespace

SocketPair seqpacket_pair(Where where) {
  int ends[2] = {-1, -1};
  call(
      "socketpair", [] { return std::string("AF_UNIX, SOCK_SEQPACKET"); },
      [&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }, where);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void send_message(int socket, std::string_view bytes, const std::vector<int>& descriptors, Where where) {
  if (descriptors.size() > kMaxDescriptors)
    throw Error(E2BIG, "sendmsg", "descriptors", std::string(trace::Phase::current()));
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxDescriptors)] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const std::size_t size = sizeof(int) * descriptors.size();
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), size);
  }
  call(
      "sendmsg",
      [&] {
        return fmt::format("fd {}, {} bytes, {} descriptors", socket, bytes.size(), descriptors.size());
      },
      retry([&] { return ::sendmsg(socket, &header, MSG_NOSIGNAL); }), where);
}

std::optional<Message> receive_message(int socket, Where where) {
  // WHY not a string: it would be filled with zeros first, a page fault for each of its sixteen pages.
  char buffer[kMaxMessage];
  iovec data{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxDescriptors)] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const auto count = call(
      "recvmsg", [&] { return fmt::format("fd {}", socket); }, retry([&] { return receive(socket, header); }),
      where);
  Message message;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t total = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < total; ++index) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + index * sizeof fd, sizeof fd);
      message.descriptors.emplace_back(fd);
    }
  }
  if (count == 0) return std::nullopt;
  message.bytes.assign(buffer, static_cast<std::size_t>(count));
  return message;
}

UniqueFd listen_unix(const std::string& path, Where where) {
  return listening(SOCK_STREAM, path, where);
}

UniqueFd listen_unix_seqpacket(const std::string& path, Where where) {
  return listening(SOCK_SEQPACKET, path, where);
}

UniqueFd accept(int listener, Where where) {
  return UniqueFd(call(
      "accept4", [&] { return fmt::format("fd {}", listener); },
      retry([&] { return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); }), where));
}

UniqueFd connect_unix(const std::string& path, Where where) {
  const sockaddr_un address = address_of(path);
  UniqueFd socket = unix_socket(SOCK_STREAM, where);
  call(
      "connect", [&] { return path; }, retry([&] {
        return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      }),
      where);
  return socket;
}

UniqueFd connect_unix_seqpacket_if_served(const std::string& path, Where where) {
  const sockaddr_un address = address_of(path);
  UniqueFd socket = unix_socket(SOCK_SEQPACKET, where);
  const auto outcome = attempt(
      "connect", [&] { return path; }, retry([&] {
        return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      }),
      where);
  if (outcome.ok()) return socket;
  if (outcome.error == ENOENT || outcome.error == ECONNREFUSED) return {};
  throw Error(outcome.error, "connect", path, std::string(trace::Phase::current()));
}

std::optional<std::string> ask_udp(const std::string& address, std::uint16_t port, std::string_view question,
                                   int milliseconds, Where where) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &server.sin_addr) != 1) return std::nullopt;
  const auto describe = [&] { return fmt::format("{}:{}", address, port); };
  const UniqueFd socket(call(
      "socket", [] { return std::string("AF_INET, SOCK_DGRAM"); },
      [] { return ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }, where));
  call(
      "connect", describe,
      [&] { return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server); },
      where);
  const auto sent = attempt(
      "send", describe, [&] { return ::send(socket.get(), question.data(), question.size(), 0); }, where);
  pollfd waiting = {socket.get(), POLLIN, 0};
  if (!sent.ok() || poll({&waiting, 1}, milliseconds, where) == 0) return std::nullopt;
  std::string reply(kMaxMessage, '\0');
  // ECONNREFUSED: nobody listens there.
  const auto received = attempt(
      "recv", describe, [&] { return ::recv(socket.get(), reply.data(), reply.size(), 0); }, where);
  if (!received.ok()) return std::nullopt;
  reply.resize(static_cast<std::size_t>(received.value));
  return reply;
}

}  // namespace sys
