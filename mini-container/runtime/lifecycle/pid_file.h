// --pid-file: where an engine reads the first process's number once `create`, `run` or `exec` is done. It stays after a
// `run` too: an engine reads it when it likes, and what it means by then is the engine's to know.
// Reads: runc-create(8).
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

namespace lifecycle {

// Removed at the end of its life unless kept: a command that fails after it wrote the number leaves none. Move-only.
class PidFile {
 public:
  PidFile() = default;
  // Replaces what is there as a whole. An empty `path` is no file.
  PidFile(const std::string& path, pid_t pid);
  PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PidFile& operator=(PidFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~PidFile();
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace lifecycle
