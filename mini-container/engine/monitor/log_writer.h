// The log of a container: one JSON object a line, {"log","stream","time"}, as Docker's json-file driver.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/sys/fd.h"

namespace engine {

// "2025-01-31T10:20:30.123456789Z".
std::string timestamp();

class LogWriter {
 public:
  explicit LogWriter(const std::string& path);
  // Writes the whole lines in `bytes` and keeps the rest; `stream` is "stdout" or "stderr".
  void write(std::string_view stream, std::string_view bytes);
  // Writes what has not been ended by a newline.
  void flush();

 private:
  void line(std::string_view stream, std::string_view text);
  sys::UniqueFd file_;
  std::map<std::string, std::string, std::less<>> partial_;
};

}  // namespace engine
