// See attached.h.
#include "mini-container/engine/monitor/attached.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/socket.h"

namespace engine {

namespace {
constexpr short kThere = POLLIN | POLLHUP | POLLERR;
}

std::string attach_message(Kind kind, std::string_view content) {
  std::string message(1, static_cast<char>(kind));
  return message.append(content);
}

std::string resize_message(const winsize& size) {
  return attach_message(Kind::resize, fmt::format("{} {}", size.ws_row, size.ws_col));
}

std::optional<AttachMessage> parse_attach_message(std::string_view bytes) {
  constexpr std::string_view kKinds = "iroex";
  if (bytes.empty() || kKinds.find(bytes.front()) == std::string_view::npos) return std::nullopt;
  return AttachMessage{static_cast<Kind>(bytes.front()), bytes.substr(1)};
}

std::optional<winsize> parse_resize(std::string_view content) {
  winsize size{};
  if (std::sscanf(std::string(content).c_str(), "%hu %hu", &size.ws_row, &size.ws_col) != 2)
    return std::nullopt;
  return size;
}

void Attached::watch(std::vector<pollfd>& polled, bool input) const {
  polled.push_back({listener_.get(), POLLIN, 0});
  for (const Client& client : clients_) {
    const int events = (input ? POLLIN : 0) | (client.waiting ? POLLOUT : 0);
    polled.push_back({client.socket.get(), static_cast<short>(events), 0});
  }
}

void Attached::serve(std::span<const pollfd> polled, const std::function<void(const AttachMessage&)>& take) {
  for (std::size_t index = 0; index < clients_.size(); ++index) {
    const pollfd& entry = polled[index + 1];
    Client& client = clients_[index];
    if ((entry.revents & POLLOUT) != 0) offer(client);
    if (client.socket && (entry.revents & kThere) != 0) hear(client, take);
  }
  std::erase_if(clients_, [](const Client& client) { return !client.socket; });
  if ((polled[0].revents & POLLIN) == 0) return;
  Client& newcomer = clients_.emplace_back(Client{sys::accept(listener_.get())});
  sys::set_nonblocking(newcomer.socket.get(), true);
}

void Attached::hear(Client& client, const std::function<void(const AttachMessage&)>& take) const {
  const auto received = sys::receive_message(client.socket.get());
  if (!received) return client.socket.reset();
  if (const auto message = parse_attach_message(received->bytes)) take(*message);
}

void Attached::offer(Client& client) const {
  const auto sent = sys::try_write(client.socket.get(), message_);
  client.waiting = sent.error == EAGAIN;
  if (!sent.ok() && !client.waiting) client.socket.reset();
}

void Attached::send(Kind kind, std::string_view content) {
  if (clients_.empty()) return;
  message_ = attach_message(kind, content);
  for (Client& client : clients_)
    offer(client);
  std::erase_if(clients_, [](const Client& client) { return !client.socket; });
}

bool Attached::waiting() const {
  return std::any_of(clients_.begin(), clients_.end(), [](const Client& client) { return client.waiting; });
}

void Attached::drop_waiting() {
  std::erase_if(clients_, [](const Client& client) { return client.waiting; });
}

void Attached::settle() {
  while (waiting()) {
    std::vector<pollfd> polled;
    watch(polled, false);
    if (sys::poll(polled, kLastWordsMilliseconds) == 0) drop_waiting();
    serve(polled, [](const AttachMessage&) {});
  }
}

void Attached::end(int code) {
  settle();
  send(Kind::ended, std::to_string(code));
  settle();
}

}  // namespace engine
