// Signals to a command that stands between a user and a container: most are meant for the container.
// Reads: signal(7), signalfd(2).
#pragma once

#include "base/sys/fd.h"
#include "mini-container/engine/monitor/oci_runtime.h"

namespace engine {

// A signal descriptor of those that are. ORDER: blocked before anything is made, so that no signal can come when there is
// something to undo.
sys::UniqueFd signals_for_the_container();

// Ctrl-C before the program has started ends the command; afterwards it is the program's to handle. Throws RuntimeFailed.
void stop_if_interrupted(int signals);

// Passes them on.
class SignalProxy {
 public:
  SignalProxy(const OciRuntime& runtime, std::string id) : runtime_(runtime), id_(std::move(id)) {}
  void operator()(int signal);

 private:
  const OciRuntime& runtime_;
  std::string id_;
  int asked_ = 0;
};

}  // namespace engine
