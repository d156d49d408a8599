// See control.h.
#include "vm-launcher/launch/control.h"

#include <algorithm>

#include "base/sys/socket.h"
#include "base/text/text.h"

namespace vm {

namespace {

constexpr std::size_t kLongestLine = 64;

bool ready(const std::vector<pollfd>& entries, int fd) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const pollfd& entry) { return entry.fd == fd && entry.revents != 0; });
}

// "stop 10": the grace in seconds.
std::optional<int> stop_order(std::string_view line) {
  if (!line.starts_with("stop ")) return std::nullopt;
  const auto grace = text::number<int>(line.substr(5));
  return grace && *grace >= 0 ? grace : std::nullopt;
}

}  // namespace

Control::Control(const std::string& path) : listener_(sys::listen_unix(path)) {}

void Control::add_to(std::vector<pollfd>& entries) const {
  entries.push_back({listener_.get(), POLLIN, 0});
  for (const Client& client : clients_)
    entries.push_back({client.socket.get(), POLLIN, 0});
}

Control::Orders Control::serve(const std::vector<pollfd>& entries, const std::string& console_so_far) {
  Orders orders;
  for (Client& client : clients_)
    if (ready(entries, client.socket.get())) serve(client, orders, console_so_far);
  std::erase_if(clients_, [](const Client& client) { return client.closed; });
  if (ready(entries, listener_.get())) {
    clients_.push_back({sys::accept(listener_.get()), {}, false, false});
    // A client that does not read must not stop the VM's loop.
    sys::set_nonblocking(clients_.back().socket.get(), true);
  }
  return orders;
}

void Control::serve(Client& client, Orders& orders, const std::string& console_so_far) {
  char buffer[1024];
  const auto got = sys::try_read(client.socket.get(), buffer);
  if (!got.ok() && got.error == EAGAIN) return;
  if (!got.ok() || got.value == 0) {
    client.closed = true;
    return;
  }
  const std::string_view bytes(buffer, static_cast<std::size_t>(got.value));
  if (client.console) {
    orders.console_input += bytes;
    return;
  }
  client.line += bytes;
  understand(client, orders, console_so_far);
}

void Control::understand(Client& client, Orders& orders, const std::string& console_so_far) {
  const std::size_t end = client.line.find('\n');
  if (end == std::string::npos) {
    client.closed = client.line.size() > kLongestLine;
    return;
  }
  const std::string_view line = std::string_view(client.line).substr(0, end);
  if (line == "console") {
    client.console = true;
    orders.console_input += client.line.substr(end + 1);
    send(client, console_so_far);
  } else if (const auto grace = stop_order(line)) {
    orders.stop_after_s = grace;
  } else {
    client.closed = true;
  }
}

void Control::send(Client& client, std::string_view bytes) {
  // A slow reader loses bytes of the console, never the VM its time.
  if (!bytes.empty() && !sys::try_write(client.socket.get(), bytes).ok()) return;
}

void Control::broadcast(std::string_view bytes) {
  for (Client& client : clients_)
    if (client.console) send(client, bytes);
}

}  // namespace vm
