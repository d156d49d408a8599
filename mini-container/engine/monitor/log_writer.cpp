// See log_writer.h.
#include "mini-container/engine/monitor/log_writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/trace/jsonl_sink.h"

namespace engine {

namespace {
// A line without end must not fill the memory of the monitor.
constexpr std::size_t kLongestLine = 16384;
}  // namespace

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(seconds), since % 1'000'000'000);
}

LogWriter::LogWriter(const std::string& path) : file_(sys::open(path, O_WRONLY | O_CREAT | O_APPEND, 0640)) {}

void LogWriter::line(std::string_view stream, std::string_view text) {
  // One write a line: whoever follows the file never reads half of one.
  sys::write_all(file_.get(), fmt::format("{{\"log\":{},\"stream\":\"{}\",\"time\":\"{}\"}}\n",
                                          trace::json_quoted(text), stream, timestamp()));
}

void LogWriter::write(std::string_view stream, std::string_view bytes) {
  std::string& rest = partial_[std::string(stream)];
  rest += bytes;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = rest.find('\n', start);
    const std::size_t length = (end == std::string::npos ? rest.size() : end + 1) - start;
    if (end == std::string::npos && length < kLongestLine) break;
    line(stream, std::string_view(rest).substr(start, length));
    start += length;
  }
  rest.erase(0, start);
}

void LogWriter::flush() {
  for (auto& [stream, rest] : partial_) {
    if (!rest.empty()) line(stream, rest);
    rest.clear();
  }
}

}  // namespace engine
