// See growing_file.h.
#include "mini-container/engine/growing_file.h"

#include <array>

#include "base/sys/file.h"

namespace engine {

GrowingFile::GrowingFile(const std::string& path) : file_(sys::open(path, O_RDONLY)) {}

bool GrowingFile::read(const std::function<bool(const std::string&)>& take) {
  std::array<char, 16384> buffer;
  while (const std::size_t count = sys::read(file_.get(), buffer)) {
    rest_.append(buffer.data(), count);
    std::size_t start = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
      if (!take(rest_.substr(start, end - start))) return false;
      start = end + 1;
    }
    rest_.erase(0, start);
  }
  return true;
}

bool GrowingFile::replaced(const std::string& path) const {
  const auto now = sys::stat_if_present(path);
  return now && now->st_ino != sys::fstat(file_.get()).st_ino;
}

}  // namespace engine
