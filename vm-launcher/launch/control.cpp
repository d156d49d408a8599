// See control.h.
#include "vm-launcher/launch/control.h"

#include <algorithm>

#include "base/sys/socket.h"

namespace vm {

namespace {

constexpr std::size_t kLongestLine = 64;
constexpr std::size_t kConsoleKept = 256 * 1024;

short revents_of(const std::vector<pollfd>& entries, int fd) {
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const pollfd& each) { return each.fd == fd; });
  return entry == entries.end() ? short{0} : entry->revents;
}

}  // namespace

Control::Control(const std::string& path) : listener_(sys::listen_unix(path)) {}

void Control::add_to(std::vector<pollfd>& entries) const {
  entries.push_back({listener_.get(), POLLIN, 0});
  for (const Client& client : clients_) {
    const short events = client.out.empty() ? POLLIN : POLLIN | POLLOUT;
    entries.push_back({client.socket.get(), events, 0});
  }
}

std::vector<Control::Request> Control::serve(const std::vector<pollfd>& entries) {
  std::vector<Request> requests;
  for (Client& client : clients_) {
    const short revents = revents_of(entries, client.socket.get());
    if ((revents & POLLOUT) != 0) flush(client);
    if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0) hear(client, requests);
    if (client.closed) requests.push_back({.client = client.id, .gone = true});
  }
  std::erase_if(clients_, [](const Client& client) { return client.closed; });
  if (revents_of(entries, listener_.get()) != 0) {
    clients_.push_back({.id = next_id_++, .socket = sys::accept(listener_.get())});
    // A client that does not read must not stop the VM's loop.
    sys::set_nonblocking(clients_.back().socket.get(), true);
  }
  return requests;
}

void Control::hear(Client& client, std::vector<Request>& requests) {
  char buffer[16 * 1024];
  const auto got = sys::try_read(client.socket.get(), buffer);
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    client.closed = true;
    return;
  }
  understand(client, {buffer, static_cast<std::size_t>(got.value)}, requests);
}

void Control::understand(Client& client, std::string_view bytes, std::vector<Request>& requests) {
  if (client.mode == Mode::line) {
    client.line += bytes;
    const std::size_t end = client.line.find('\n');
    client.closed = end == std::string::npos && client.line.size() > kLongestLine;
    if (end == std::string::npos) return;
    const std::string rest = client.line.substr(end + 1);
    client.line.resize(end);
    client.mode = mode_of(client.line);
    requests.push_back({.client = client.id, .line = client.line});
    if (!rest.empty()) understand(client, rest, requests);
  } else if (client.mode == Mode::console) {
    requests.push_back({.client = client.id, .typed = std::string(bytes)});
  } else if (client.mode == Mode::agent) {
    client.decoder.feed(bytes);
    while (auto frame = client.decoder.next())
      requests.push_back({.client = client.id, .frame = std::move(frame)});
  }
}

// What follows a first line.
Control::Mode Control::mode_of(const std::string& line) {
  if (line == "console") return Mode::console;
  return line.starts_with("agent") ? Mode::agent : Mode::waiting;
}

Control::Client* Control::find(int id) {
  const auto found =
      std::find_if(clients_.begin(), clients_.end(), [&](const Client& client) { return client.id == id; });
  return found == clients_.end() ? nullptr : &*found;
}

void Control::flush(Client& client) {
  while (!client.out.empty()) {
    const auto written = sys::try_write(client.socket.get(), client.out);
    if (written.error == EAGAIN) return;
    if (!written.ok()) client.out.clear();
    client.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(written.value, 0)));
  }
  if (!client.last) return;
  client.socket.reset();
  client.closed = true;
}

void Control::send(int id, std::string_view bytes) {
  Client* client = find(id);
  if (client == nullptr) return;
  client->out += bytes;
  flush(*client);
}

void Control::finish(int id, std::string_view bytes) {
  Client* client = find(id);
  if (client == nullptr) return;
  client->last = true;
  client->out += bytes;
  flush(*client);
}

void Control::broadcast(std::string_view bytes) {
  for (Client& client : clients_) {
    if (client.mode != Mode::console || client.out.size() > kConsoleKept) continue;
    client.out += bytes;
    flush(client);
  }
}

}  // namespace vm
