// --trace FILE: one JSON object a line, for programs. Engine, runtime and container append to the same file;
// a line is one write to a descriptor opened with O_APPEND, so lines stay whole.
//
// Keys of a line: "kind" ("call", "enter", "leave", "note"), "role", "at_us" (CLOCK_REALTIME, microseconds,
// which no time namespace shifts), then by kind
//   call:        "name", "arguments", "result", "errno" (0 on success), "phase", "file", "line",
//   "duration_ns" enter/leave: "name", "why", "depth", "file", "line", "duration_ns" (leave only) note:
//   "text"
#pragma once

#include <cstdio>

#include "base/trace/sink.h"

namespace trace {

class JsonlSink : public Sink {
 public:
  explicit JsonlSink(std::FILE* stream) : stream_(stream) {}
  void after(const CallEvent& event) noexcept override;
  void enter(const PhaseEvent& event) noexcept override;
  void leave(const PhaseEvent& event) noexcept override;
  void note(std::string_view text) noexcept override;

 private:
  void line(std::string_view kind, std::string_view fields) noexcept;
  void phase(std::string_view kind, const PhaseEvent& event) noexcept;
  std::FILE* stream_;
};

// `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace trace
