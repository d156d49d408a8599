// See growing_log.h.
#include "vm-launcher/launch/growing_log.h"

#include "base/sys/file.h"

namespace vm {

namespace {

sys::UniqueFd open_log(const std::string& path) {
  return sys::open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

}  // namespace

GrowingLog::GrowingLog(std::string path)
    : path_(std::move(path)),
      file_(open_log(path_)),
      size_(static_cast<std::size_t>(sys::fstat(file_.get()).st_size)) {}

void GrowingLog::append(std::string_view bytes) {
  if (size_ > 0 && size_ + bytes.size() > kLimit) {
    sys::rename(path_, path_ + ".1");
    file_ = open_log(path_);
    size_ = 0;
  }
  sys::write_all(file_.get(), bytes);
  size_ += bytes.size();
}

std::string GrowingLog::read(const std::string& path) {
  return sys::read_file_if_present(path + ".1").value_or("") + sys::read_file_if_present(path).value_or("");
}

}  // namespace vm
