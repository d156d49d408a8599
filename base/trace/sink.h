// A sink is whoever listens: the text of --explain, the prompt of --step, the lines of --trace, a fault test.
//
// There is one process-wide sink, or none. With none, a kernel call costs one load and one branch more than
// without the seam. The pointer survives clone(2), so a child goes on reporting through the descriptor that
// it inherited. A sink never throws: it is called while a container is half made, and a failed report must
// not undo it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/trace/event.h"

namespace trace {

class Sink {
 public:
  virtual ~Sink() = default;

  // Called before the kernel is. Returns 0 to go on, or an errno with which the call shall fail instead of
  // being made: fault tests use it to fail the k-th call, --step to turn Ctrl-C into an ordinary roll-back
  // (ECANCELED).
  virtual int before(const CallEvent&) noexcept { return 0; }
  virtual void after(const CallEvent&) noexcept {}
  virtual void enter(const PhaseEvent&) noexcept {}
  virtual void leave(const PhaseEvent&) noexcept {}
  // A remark that is neither call nor phase: "using emulation because ...".
  virtual void note(std::string_view) noexcept {}
};

namespace detail {
inline Sink* current = nullptr;
inline Role role = Role::test;
}  // namespace detail

inline Sink* sink() {
  return detail::current;
}
inline bool listening() {
  return detail::current != nullptr;
}

// Installs a sink for the rest of the process (or until the next call). Ownership passes to the trace.
void install(std::unique_ptr<Sink> sink);
// Installs a sink beside the one that is there, if any.
void add(std::unique_ptr<Sink> sink);

// Stops reporting. ORDER: must come before a seccomp filter is loaded or execve is reached, because the
// sink's own write could be what the filter kills.
void silence();

// While it lives, what this process does is not part of its story: for sinks that call the kernel themselves.
class Aside {
 public:
  Aside() : listener_(detail::current) { detail::current = nullptr; }
  ~Aside() { detail::current = listener_; }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  Sink* listener_;
};

Role role();
void set_role(Role role);

void note(std::string_view text);

// A note that the user must read also when nobody listens: `warner`, if main has named one, gets it too.
void warn(const std::string& text);
void set_warner(std::function<void(const std::string&)> warner);

// Several listeners as one; the first errno asked for wins.
class Tee : public Sink {
 public:
  explicit Tee(std::vector<std::unique_ptr<Sink>> sinks) : sinks_(std::move(sinks)) {}
  int before(const CallEvent&) noexcept override;
  void after(const CallEvent&) noexcept override;
  void enter(const PhaseEvent&) noexcept override;
  void leave(const PhaseEvent&) noexcept override;
  void note(std::string_view) noexcept override;

 private:
  std::vector<std::unique_ptr<Sink>> sinks_;
};

}  // namespace trace
