// Arrays of C strings, as execve(2) and posix_spawn(3) take them. Internal to base/sys.
#pragma once

#include <string>
#include <vector>

namespace sys {

// Pointers into `strings`, null-terminated; valid as long as `strings` is.
inline std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& text : strings)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace sys
