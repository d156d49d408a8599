// What overlayfs makes of a stack of layers, without mounting it: which layer every visible file comes from, and what
// each layer adds, changes, removes, and hides of those below.
//
// A layer is never changed by one above: what is changed or removed up there stays on the disk, hidden.
// Reads: Documentation/filesystems/overlayfs.rst ("whiteouts and opaque directories").
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace image {

struct MergedFile {
  std::size_t layer = 0;        // the one it is seen from, 0 for the lowest
  struct stat status = {};      // of it there
  std::uint64_t bytes() const;  // of a regular file; 0 for others
};

// What one layer does to those below it.
struct LayerEffect {
  std::size_t added = 0, changed = 0, removed = 0;  // files, links and devices, not directories
  std::uint64_t hidden = 0;                         // bytes of files below that are not seen any more
};

// One path of a layer for which there was something below.
struct Covered {
  std::string path;
  char kind = 'C';        // 'C' changed, 'D' removed
  MergedFile before;      // what was seen until then
  std::uint64_t now = 0;  // bytes in the layer
};

class Merged {
 public:
  // Puts the layer that is unpacked in `directory` on top.
  void add_layer(const std::string& directory);

  // By absolute path, directories too.
  const std::map<std::string, MergedFile>& files() const { return files_; }
  // One a layer, lowest first.
  const std::vector<LayerEffect>& effects() const { return effects_; }
  // Of the layer that was added last.
  const std::vector<Covered>& covered() const { return covered_; }

 private:
  void add_below(int directory, const std::string& path);
  void place(const std::string& path, const struct stat& status);
  // Forgets `path` if it is seen, with all below; `and_itself` or only what is below.
  void hide(const std::string& path, bool and_itself);
  std::map<std::string, MergedFile> files_;
  std::vector<LayerEffect> effects_;
  std::vector<Covered> covered_;
};

}  // namespace image
