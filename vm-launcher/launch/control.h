// The socket through which other vm-launcher commands reach the process that runs a VM: /run/vm-launcher/NAME/control.
//
// A client sends one line, a verb of the table in supervisor.cpp. Most are answered by one line, "ok" or "error: WHY", and
// the socket closes. Three go on:
//
//     stop SECONDS SIGNAL, kill   the socket closes when the VM is gone, so waiting is reading to the end
//     console                     the VM's serial console, both ways, starting with what it said so far
//     agent, agent detached       frames of protocol/messages.h, on a channel of the client's own, as if it were the
//                                 launcher: run first, then the streams, until exited or failed
//
// Reads: unix(7).
#pragma once

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "vm-launcher/protocol/frame.h"

namespace vm {

class Control {
 public:
  // Listens at `path`; 0600 by the folder it lies in.
  explicit Control(const std::string& path);

  // What one client wants; which of the members is set says what it is.
  struct Request {
    int client = 0;
    std::string line = {};                      // its first
    std::string typed = {};                     // into the console
    std::optional<protocol::Frame> frame = {};  // for the agent
    bool gone = false;                          // it has hung up
  };

  // For poll(2): the listener and every client.
  void add_to(std::vector<pollfd>& entries) const;
  // Serves what poll(2) found.
  std::vector<Request> serve(const std::vector<pollfd>& entries);

  // What the client gets next. Nobody waits for it; for a console, what it does not read is lost.
  void send(int client, std::string_view bytes);
  // The last of it: the socket closes when it is read.
  void finish(int client, std::string_view bytes);
  // The VM's console said something.
  void broadcast(std::string_view bytes);

 private:
  enum class Mode { line, waiting, console, agent };
  struct Client {
    int id = 0;
    sys::UniqueFd socket;
    Mode mode = Mode::line;
    std::string line = {};  // until its first line is complete
    protocol::Decoder decoder = {};
    std::string out = {};
    bool last = false;  // close when `out` is written
    bool closed = false;
  };
  static Mode mode_of(const std::string& line);
  Client* find(int id);
  static void hear(Client& client, std::vector<Request>& requests);
  static void understand(Client& client, std::string_view bytes, std::vector<Request>& requests);
  static void flush(Client& client);
  sys::UniqueFd listener_;
  std::list<Client> clients_;
  int next_id_ = 1;
};

}  // namespace vm
