// See log_writer.h.
#include "mini-container/engine/monitor/log_writer.h"

#include <fmt/format.h>

#include <chrono>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/text/time.h"
#include "base/trace/jsonl_sink.h"

namespace engine {

namespace {
// A line without end must not fill the memory of the monitor.
constexpr std::size_t kLongestLine = 16384;
}  // namespace

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  return text::utc_time(since / 1'000'000'000, since % 1'000'000'000);
}

LogWriter::LogWriter(std::string path, const LogLimits& limits) : path_(std::move(path)), limits_(limits) {
  open();
}

void LogWriter::open() {
  file_ = sys::open(path_, O_WRONLY | O_CREAT | O_APPEND, 0640);
  size_ = sys::fstat(file_.get()).st_size;
}

void LogWriter::rotate() {
  const auto name = [&](int number) { return number == 0 ? path_ : fmt::format("{}.{}", path_, number); };
  // ORDER: the oldest first, so that a kill between two steps leaves a gap and never loses a file that is to stay.
  for (int number = limits_.max_file - 1; number > 0; --number) {
    if (sys::exists(name(number - 1))) sys::rename(name(number - 1), name(number));
  }
  // A new file, not an emptied one: whoever follows the log sees that it is another.
  sys::unlink_if_present(path_);
  open();
}

void LogWriter::line(std::string_view stream, std::string_view text) {
  const std::string json = fmt::format("{{\"log\":{},\"stream\":\"{}\",\"time\":\"{}\"}}\n",
                                       trace::json_quoted(text), stream, timestamp());
  try {
    if (limits_.max_size > 0 && size_ > 0 && size_ + std::ssize(json) > limits_.max_size) rotate();
    // One write a line: whoever follows the file never reads half of one.
    sys::write_all(file_.get(), json);
    size_ += std::ssize(json);
  } catch (const sys::Error& error) {
    // WHY: a container does not end because its log is full: the line is lost, and the half of it that was written, too.
    if (error.error() != ENOSPC && error.error() != EDQUOT) throw;
    sys::ftruncate(file_.get(), size_);
  }
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
