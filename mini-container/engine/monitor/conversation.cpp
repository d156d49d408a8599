// See conversation.h.
#include "mini-container/engine/monitor/conversation.h"

#include "base/sys/socket.h"
#include "mini-container/engine/monitor/oci_runtime.h"
#include "mini-container/engine/monitor/protocol.h"

namespace engine {

namespace {

// A command that is gone hears nothing; wait_for_start finds out.
void tell(int socket, const std::string& message) {
  sys::write_if_read(socket, message);
}

}  // namespace

bool tell_what_was_made(int socket, const std::function<pid_t()>& make) {
  constexpr int kEngineFailed = 125;
  try {
    tell(socket, created_message(make()));
    return true;
  } catch (const RuntimeFailed& error) {
    tell(socket, failed_message(error.exit_code(), error.what()));
  } catch (const std::exception& error) {
    tell(socket, failed_message(kEngineFailed, error.what()));
  }
  return false;
}

bool wait_for_start(int socket) {
  const auto message = sys::receive_message(socket);
  return message && message->bytes == kStarted;
}

}  // namespace engine
