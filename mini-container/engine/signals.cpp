// See signals.h.
#include "mini-container/engine/signals.h"

#include <csignal>

#include "base/sys/process.h"

namespace engine {

sys::UniqueFd signals_for_the_container() {
  return sys::signal_descriptor(
      {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGPIPE, SIGCONT});
}

void stop_if_interrupted(int signals) {
  for (int signal = sys::next_signal(signals); signal != 0; signal = sys::next_signal(signals)) {
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT) {
      throw RuntimeFailed("interrupted before the container was started", 128 + signal);
    }
  }
}

void SignalProxy::operator()(int signal) {
  // As Docker: a program that ignores being asked is not asked a fourth time.
  const bool insist = (signal == SIGINT || signal == SIGTERM) && ++asked_ >= 3;
  runtime_.kill(id_, insist ? SIGKILL : signal);
}

}  // namespace engine
