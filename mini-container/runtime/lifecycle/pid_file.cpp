// See pid_file.h.
#include "mini-container/runtime/lifecycle/pid_file.h"

#include "base/sys/file.h"

namespace lifecycle {

PidFile::PidFile(const std::string& path, pid_t pid) : path_(path) {
  if (!path_.empty()) sys::replace_file(path_, std::to_string(pid));
}

PidFile::~PidFile() {
  if (path_.empty()) return;
  try {
    sys::unlink_if_present(path_);
  } catch (const std::exception& error) {
    trace::note(error.what());
  }
}

}  // namespace lifecycle
