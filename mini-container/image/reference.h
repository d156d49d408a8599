// What a user calls an image: name[:tag][@digest], as in "busybox", "host.domain:5000/team/app:1.2".
// Reads: OCI distribution-spec, "Pulling manifests" (the grammar of names, tags and digests).
#pragma once

#include <string>

namespace image {

struct Reference {
  std::string name;    // "busybox", "host.domain:5000/team/app"
  std::string tag;     // "latest" when neither tag nor digest was given; empty with a digest alone
  std::string digest;  // "sha256:<64 hex>", or empty
};

// Throws std::invalid_argument that says what is wrong with which part.
Reference parse_reference(const std::string& text);

// "busybox:latest": how lists show it and index.json records it.
std::string to_string(const Reference& reference);

}  // namespace image
