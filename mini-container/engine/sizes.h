// How much of a disk a container takes: its own writable layer, and the layers of its image, which it shares.
#pragma once

#include <cstdint>
#include <string>

namespace engine {

// Bytes.
struct Sizes {
  std::uint64_t written = 0;
  std::uint64_t whole = 0;  // with the image
};

// The sum of all files below `directory`, hard links once; 0 if there is none.
std::uint64_t size_of_tree(const std::string& directory);

}  // namespace engine
