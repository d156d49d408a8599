// The log of a container: one JSON object a line, {"log","stream","time"}, as Docker's json-file driver.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/sys/fd.h"

namespace engine {

// "2025-01-31T10:20:30.123456789Z".
std::string timestamp();

// When the file has `max_size` bytes it becomes PATH.1, what was PATH.1 becomes PATH.2, and so on: `max_file` files in
// all. 0 bytes: never.
struct LogLimits {
  std::int64_t max_size = 0;
  int max_file = 1;
};

class LogWriter {
 public:
  explicit LogWriter(std::string path, const LogLimits& limits = {});
  // Writes the whole lines in `bytes` and keeps the rest; `stream` is "stdout" or "stderr".
  void write(std::string_view stream, std::string_view bytes);
  // Writes what has not been ended by a newline.
  void flush();

 private:
  void line(std::string_view stream, std::string_view text);
  void open();
  void rotate();
  std::string path_;
  LogLimits limits_;
  sys::UniqueFd file_;
  std::int64_t size_ = 0;
  std::map<std::string, std::string, std::less<>> partial_;
};

}  // namespace engine
