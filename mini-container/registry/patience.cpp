// See patience.h.
#include "mini-container/registry/patience.h"

#include <algorithm>

#include "base/sys/fd.h"
#include "base/text/text.h"

namespace registry {

namespace {

constexpr int kMostAttempts = 4;
constexpr int kFirstWait = 100;  // milliseconds
constexpr int kFactor = 3;
constexpr int kLongestWait = 30;  // seconds
constexpr int kTooMany = 429;
constexpr int kServerFailed = 500;
constexpr int kNotImplemented = 501;

bool passing(int status) {
  return status == kTooMany || (status >= kServerFailed && status != kNotImplemented);
}

}  // namespace

bool Patience::another(const std::string& asked) {
  if (++attempts_ == kMostAttempts) return false;
  int milliseconds = kFirstWait;
  for (int attempt = 1; attempt < attempts_; ++attempt)
    milliseconds *= kFactor;
  if (const auto seconds = text::number<int>(asked))
    milliseconds = std::clamp(*seconds, 0, kLongestWait) * 1000;
  sys::poll({}, milliseconds);
  return true;
}

std::unique_ptr<Exchange> patiently(const std::function<std::unique_ptr<Exchange>()>& send) {
  for (Patience patience;;) {
    try {
      auto exchange = send();
      if (!passing(exchange->status()) || !patience.another(exchange->header("retry-after"))) return exchange;
    } catch (const Unreachable& error) {
      if (error.reason() != Unreachable::Reason::connection || !patience.another()) throw;
    }
  }
}

}  // namespace registry
