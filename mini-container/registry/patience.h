// Trying again: a connection that breaks, a server that is overloaded (5xx) or asks for patience (429) may do better a
// moment later. Waits 0.1, 0.3, 0.9 seconds, or as long as the server says, but no longer than half a minute.
// Reads: RFC 9110 section 10.2.3 (Retry-After).
#pragma once

#include <functional>
#include <memory>

#include "mini-container/registry/http.h"

namespace registry {

class Patience {
 public:
  // Waits before one more attempt; false when there have been enough. `asked` is the value of Retry-After, or "".
  bool another(const std::string& asked = {});
  // Something has worked: begin anew.
  void renew() { attempts_ = 0; }

 private:
  int attempts_ = 0;
};

// The first answer that is final, or the last of several. Throws Unreachable.
std::unique_ptr<Exchange> patiently(const std::function<std::unique_ptr<Exchange>()>& send);

}  // namespace registry
