// Text for a person: role, indentation by phase, call, result, source line, duration. See text_sink.h.
#include "base/trace/text_sink.h"

#include <fmt/format.h>

#include <cstring>

namespace trace {

namespace {

constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kRed = "\033[31m";
constexpr std::string_view kPlain = "\033[0m";
constexpr std::string_view kNone;

}  // namespace

std::string readable(std::chrono::nanoseconds duration) {
  const double microseconds = static_cast<double>(duration.count()) / 1000.0;
  if (microseconds < 1000) return fmt::format("{:.0f} us", microseconds);
  return fmt::format("{:.2f} ms", microseconds / 1000);
}

std::string short_location(const Where& where) {
  std::string_view path = where.file_name();
  const size_t last = path.rfind('/');
  if (last != std::string_view::npos) {
    const size_t folder = path.rfind('/', last - 1);
    if (folder != std::string_view::npos) path.remove_prefix(folder + 1);
  }
  return fmt::format("{}:{}", path, where.line());
}

void TextSink::line(std::string_view colour, std::string_view text) noexcept {
  const std::string_view end = colour.empty() || !colour_ ? kNone : kPlain;
  const std::string whole = fmt::format("{:<9} {:{}}{}{}{}\n", name_of(role()), "", 2 * depth_,
                                        colour_ ? colour : kNone, text, end);
  std::fwrite(whole.data(), 1, whole.size(), stream_);
  std::fflush(stream_);
}

void TextSink::after(const CallEvent& event) noexcept {
  const std::string outcome =
      event.error == 0 ? fmt::format("{}", event.result) : fmt::format("-1 {}", std::strerror(event.error));
  line(event.error == 0 ? kNone : kRed,
       fmt::format("{}({}) = {}  [{}, {}]", event.name, event.arguments, outcome, short_location(event.where),
                   readable(event.duration)));
}

void TextSink::enter(const PhaseEvent& event) noexcept {
  depth_ = event.depth;
  line(kBold, fmt::format("> {}: {}", event.name, event.why));
  depth_ = event.depth + 1;
}

void TextSink::leave(const PhaseEvent& event) noexcept {
  depth_ = event.depth;
  line(kNone, fmt::format("< {} took {}", event.name, readable(event.duration)));
}

void TextSink::note(std::string_view text) noexcept {
  line(kNone, text);
}

}  // namespace trace
