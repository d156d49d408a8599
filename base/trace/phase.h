// A phase is a chapter of docs/lifecycle.md in the running program: it names a group of kernel calls and says
// why they stand here. It costs one branch when nobody listens.
#pragma once

#include <chrono>
#include <string_view>

#include "base/trace/sink.h"
#include "base/trace/where.h"

namespace trace {

class Phase {
 public:
  // `name` and `why` must outlive the phase; string literals in practice.
  explicit Phase(std::string_view name, std::string_view why, Where where = Where::current());
  ~Phase();
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  // The innermost open phase of this process, or "" outside any: errors carry it.
  static std::string_view current();

 private:
  PhaseEvent event_;
  const Phase* outer_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace trace
