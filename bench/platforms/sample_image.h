// What the commands on images are measured with: an image of five layers, and a tar of very many small files. The same
// bytes in every run and for every engine; half of a layer compresses as text does, half not at all.
//
// Reads: tar(1); the format that `docker save` writes (moby: image-spec v1.2).
#pragma once

#include <string>

#include "bench/platforms/workspace.h"

namespace bench {

struct SampleSize {
  int files_in_layer;  // of 256 KiB each
  int small_files;
};

class SampleImage {
 public:
  // Writes both files into the workspace. The image is called `reference`.
  SampleImage(const Workspace& workspace, const SampleSize& size, std::string reference);

  const std::string& reference() const { return reference_; }
  // As `docker save` writes it, layers not compressed.
  const std::string& archive() const { return archive_; }
  const std::string& many_files() const { return many_files_; }

 private:
  std::string reference_, archive_, many_files_;
};

}  // namespace bench
