// See temporary_folder.h.
#include "tests/support/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace support {

TemporaryFolder::TemporaryFolder(const std::string& name) : path_("/tmp/isolab-" + name + "-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path_);
}

// WHY not sys::remove_tree: that one is under test.
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace support
