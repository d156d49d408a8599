// The files of an image archive (`docker save`, an OCI layout in a tar), unpacked into a temporary folder.
//
// The archive is foreign, as a layer is, and unpacked by the same code: beneath one directory, with limits. Its
// documents name files in it; those names are looked up beneath that directory, too, and must be regular files.
// Reads: openat2(2), OCI image-spec image-layout.md.
#pragma once

#include <cstdint>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/image/unpack.h"

namespace image {

class ArchiveFiles {
 public:
  // Unpacks the tar (plain, gzip or zstd) into the new directory `folder`. Throws BadArchive.
  ArchiveFiles(int tar, const std::string& folder, const Limits& limits);

  bool has(const std::string& name) const;
  // For reading. Throws BadArchive if there is no such file, or something else of that name.
  sys::UniqueFd open(const std::string& name) const;
  // A whole (small) JSON document; more than 4 MiB is BadArchive, as for a registry.
  std::string document(const std::string& name) const;

 private:
  sys::UniqueFd root_;
};

}  // namespace image
