// --explain: every phase with its why and every kernel call with its source line, as text for a person.
#pragma once

#include <cstdio>

#include "base/trace/sink.h"

namespace trace {

class TextSink : public Sink {
 public:
  // Writes to `stream` (not owned), one line a write, so that lines of parent and child never mix within a
  // line. `colour` only for a terminal, and never with NO_COLOR set.
  TextSink(std::FILE* stream, bool colour) : stream_(stream), colour_(colour) {}
  void after(const CallEvent& event) noexcept override;
  void enter(const PhaseEvent& event) noexcept override;
  void leave(const PhaseEvent& event) noexcept override;
  void note(std::string_view text) noexcept override;

 private:
  void line(std::string_view colour, std::string_view text) noexcept;
  std::FILE* stream_;
  bool colour_;
  int depth_ = 0;
};

// "317 us" or "1.25 ms": a duration for a person.
std::string readable(std::chrono::nanoseconds duration);

// The file name and line of `where`, without the folders above the tree: "rootfs/pivot.cpp:31".
std::string short_location(const Where& where);

}  // namespace trace
