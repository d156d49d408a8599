// The seam: every kernel call of the project goes through here.
//
// Silent, it is the bare call plus one branch. With a trace::Sink installed it announces the call before and
// after, or lets the sink fail it. The same seam gives --explain, --step, --trace, the benchmark's breakdown
// by step, the fault tests and the golden order; there is no log statement beside it.
// Reads: intro(2), errno(3).
#pragma once

#include <cerrno>
#include <string>
#include <type_traits>
#include <utility>

#include "base/sys/error.h"
#include "base/trace/phase.h"
#include "base/trace/sink.h"
#include "base/trace/where.h"

namespace sys {

// Wrappers take this as their last argument so that a trace shows the line that asked, not the wrapper's.
using trace::Where;

// What a call gave: `value` when `error` is 0, else errno.
template <class Value>
struct Outcome {
  Value value;
  int error;
  bool ok() const { return error == 0; }
};

namespace detail {

template <class Value>
bool failed(Value value) {
  if constexpr (std::is_pointer_v<Value>) {
    return value == nullptr;  // mmap's MAP_FAILED is turned into nullptr by its wrapper
  } else {
    return value < 0;
  }
}

template <class Value>
long as_long(Value value) {
  if constexpr (std::is_pointer_v<Value>) {
    return reinterpret_cast<long>(value);
  } else {
    return static_cast<long>(value);
  }
}

template <class Operation>
auto perform(Operation& operation) -> Outcome<decltype(operation())> {
  auto value = operation();
  return {value, failed(value) ? errno : 0};
}

template <class Describe, class Operation>
auto observed(trace::Sink& sink, const char* name, Describe& describe, Operation& operation, Where where)
    -> Outcome<decltype(operation())> {
  trace::CallEvent event{name, describe(), where, 0, 0, {}};
  if (const int injected = sink.before(event); injected != 0) {
    event.error = injected;
    sink.after(event);
    return {decltype(operation()){}, injected};
  }
  const auto start = std::chrono::steady_clock::now();
  auto outcome = perform(operation);
  event.duration = std::chrono::steady_clock::now() - start;
  event.result = as_long(outcome.value);
  event.error = outcome.error;
  // ORDER: the operation may have silenced the trace (execve); ask again before speaking.
  if (trace::sink() == &sink) sink.after(event);
  return outcome;
}

}  // namespace detail

// Makes the call and returns its outcome; for calls whose failure is an answer (EEXIST, ESRCH), not an error.
// `name` is the kernel's name, `describe` returns the arguments as text and runs only when somebody listens.
template <class Describe, class Operation>
auto attempt(const char* name, Describe&& describe, Operation&& operation, Where where = Where::current())
    -> Outcome<decltype(operation())> {
  if (trace::Sink* sink = trace::sink(); sink != nullptr) [[unlikely]] {
    return detail::observed(*sink, name, describe, operation, where);
  }
  return detail::perform(operation);
}

// Makes the call and returns its value, or throws sys::Error with call, arguments and phase.
template <class Describe, class Operation>
auto call(const char* name, Describe&& describe, Operation&& operation, Where where = Where::current()) {
  auto outcome = attempt(name, describe, operation, where);
  if (!outcome.ok()) throw Error(outcome.error, name, describe(), std::string(trace::Phase::current()));
  return outcome.value;
}

// Repeats `operation` while a signal interrupts it (EINTR). Reads: signal(7).
template <class Operation>
auto retry(Operation&& operation) {
  return [operation = std::forward<Operation>(operation)]() mutable {
    auto value = operation();
    while (detail::failed(value) && errno == EINTR)
      value = operation();
    return value;
  };
}

}  // namespace sys
