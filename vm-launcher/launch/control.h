// The socket through which other vm-launcher commands reach the process that runs a VM: /run/vm-launcher/NAME/control.
//
// A client sends one line: "stop SECONDS" or "console". After "stop" the socket closes when the VM is gone, so waiting
// is reading to the end. After "console" it is the VM's serial console, both ways, starting with what it said so far.
// Reads: unix(7).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace vm {

class Control {
 public:
  // Listens at `path`; 0600 by the folder it lies in.
  explicit Control(const std::string& path);

  // For poll(2): the listener and every client.
  void add_to(std::vector<pollfd>& entries) const;
  struct Orders {
    std::optional<int> stop_after_s;  // somebody asked to stop, with this much grace
    std::string console_input;        // typed into a console
  };
  // Serves what poll(2) found; `console_so_far` greets a new console.
  Orders serve(const std::vector<pollfd>& entries, const std::string& console_so_far);
  // The VM's console said something.
  void broadcast(std::string_view bytes);

 private:
  struct Client {
    sys::UniqueFd socket;
    std::string line;  // until its first line is complete
    bool console = false;
    bool closed = false;
  };
  void serve(Client& client, Orders& orders, const std::string& console_so_far);
  void understand(Client& client, Orders& orders, const std::string& console_so_far);
  static void send(Client& client, std::string_view bytes);
  sys::UniqueFd listener_;
  std::vector<Client> clients_;
};

}  // namespace vm
