// Phase keeps a stack of itself through its own frames, so that an error can name the chapter it happened in.
#include "base/trace/phase.h"

namespace trace {

namespace {
thread_local const Phase* innermost = nullptr;
}  // namespace

Phase::Phase(std::string_view name, std::string_view why, Where where)
    : event_{name, why, where, 0, {}}, outer_(innermost) {
  if (outer_ != nullptr) event_.depth = outer_->event_.depth + 1;
  innermost = this;
  if (Sink* listener = sink()) {
    listener->enter(event_);
    start_ = std::chrono::steady_clock::now();
  }
}

Phase::~Phase() {
  innermost = outer_;
  if (Sink* listener = sink()) {
    event_.duration = std::chrono::steady_clock::now() - start_;
    listener->leave(event_);
  }
}

std::string_view Phase::current() {
  return innermost == nullptr ? std::string_view{} : innermost->event_.name;
}

}  // namespace trace
