// A guardian's half of the conversation that protocol.h draws.
#pragma once

#include <sys/types.h>

#include <functional>

namespace engine {

// Makes something with `make` and tells the command on `socket` the pid that it returns, or why there is none: false.
bool tell_what_was_made(int socket, const std::function<pid_t()>& make);
// True when the command says that it runs; false when the command is gone without that.
bool wait_for_start(int socket);

}  // namespace engine
