// A folder in /tmp for one test, removed with all that is in it at the end. Reads: mkdtemp(3).
#pragma once

#include <string>

namespace support {

class TemporaryFolder {
 public:
  // `name` tells in a listing of /tmp whose it is: /tmp/isolab-NAME-Xk2f9a.
  explicit TemporaryFolder(const std::string& name);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& below) const { return path_ + "/" + below; }

 private:
  std::string path_;
};

}  // namespace support
