// See listener.h.
#include "mini-container/runtime/lifecycle/listener.h"

#include <charconv>

#include "base/sys/file.h"
#include "base/sys/socket.h"

namespace lifecycle {

Listener::Listener(const ProcessPlans& plans, const spec::Config& config) {
  if (!plans.seccomp || !security::asks_listener(*plans.seccomp)) return;
  const std::string& path = config.linux.seccomp->listener_path;
  try {
    socket_ = sys::connect_unix(path);
  } catch (const sys::Error& error) {
    throw sys::Error(
        error.error(), error.call(), path, error.phase(),
        "asked for by linux.seccomp.listenerPath; the program that decides must listen there first");
  }
  metadata_ = config.linux.seccomp->listener_metadata;
}

void Listener::send(int filter, const spec::State& state, spec::Status status, pid_t pid) const {
  sys::send_message(socket_.get(), spec::to_process_state_json(state, status, pid, metadata_), {filter});
}

pid_t pid_outside() {
  const std::string self = sys::readlink("/proc/self");
  pid_t pid = 0;
  std::from_chars(self.data(), self.data() + self.size(), pid);
  return pid;
}

}  // namespace lifecycle
