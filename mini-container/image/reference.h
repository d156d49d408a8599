// What a user calls an image: [host[:port]/]path[:tag][@digest], as in "busybox", "host.domain:5000/team/app:1.2".
//
// A first part with a dot or a port, or "localhost", is a registry; without one it is docker.io, where a path of
// one part means "library/PATH". People read and write the short form, registries the whole one.
// Reads: github.com/distribution/reference (reference.go, the grammar; normalize.go), OCI distribution-spec.
#pragma once

#include <string>

namespace image {

struct Reference {
  std::string domain;  // "docker.io", "host.domain:5000", "[::1]:5000"
  std::string path;    // "library/busybox", "team/app"
  std::string tag;     // "latest" when neither tag nor digest was given; empty with a digest alone
  std::string digest;  // "sha256:<64 hex>", or empty
};

inline constexpr const char* kDefaultDomain = "docker.io";

// Throws std::invalid_argument that says what is wrong with which part.
Reference parse_reference(const std::string& text);

// "busybox", "team/app", "host.domain:5000/team/app": without what everybody knows.
std::string familiar_name(const Reference& reference);

// "busybox:latest": how lists show it and index.json records it.
std::string to_string(const Reference& reference);

// "busybox" as "busybox:latest"; what is no reference (an id), as it is.
std::string normal_name(const std::string& text);
// "busybox", "host:5000/app": a name with neither tag nor digest.
bool is_repository(const std::string& text);

}  // namespace image
