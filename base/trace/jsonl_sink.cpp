// Lines of JSON, see jsonl_sink.h for the keys.
#include "base/trace/jsonl_sink.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/trace/phase.h"

namespace trace {

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void JsonlSink::line(std::string_view kind, std::string_view fields) noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const std::string whole =
      fmt::format("{{\"kind\":\"{}\",\"role\":\"{}\",\"at_us\":{},{}}}\n", kind, name_of(role()), at, fields);
  std::fwrite(whole.data(), 1, whole.size(), stream_);
  std::fflush(stream_);
}

void JsonlSink::after(const CallEvent& event) noexcept {
  line("call", fmt::format("\"name\":{},\"arguments\":{},\"result\":{},\"errno\":{},\"phase\":{},"
                           "\"file\":{},\"line\":{},\"duration_ns\":{}",
                           json_quoted(event.name), json_quoted(event.arguments), event.result, event.error,
                           json_quoted(Phase::current()), json_quoted(event.where.file_name()),
                           event.where.line(), event.duration.count()));
}

void JsonlSink::phase(std::string_view kind, const PhaseEvent& event) noexcept {
  line(kind, fmt::format("\"name\":{},\"why\":{},\"depth\":{},\"file\":{},\"line\":{},\"duration_ns\":{}",
                         json_quoted(event.name), json_quoted(event.why), event.depth,
                         json_quoted(event.where.file_name()), event.where.line(), event.duration.count()));
}

void JsonlSink::enter(const PhaseEvent& event) noexcept {
  phase("enter", event);
}

void JsonlSink::leave(const PhaseEvent& event) noexcept {
  phase("leave", event);
}

void JsonlSink::note(std::string_view text) noexcept {
  line("note", "\"text\":" + json_quoted(text));
}

}  // namespace trace
