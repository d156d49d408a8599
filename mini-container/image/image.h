// One image as a value: what its OCI configuration says, and the layers that make its root file system.
// Reads: OCI image-spec 1.0: config.md, manifest.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace image {

// The part of the OCI image configuration that a container starts with.
struct Config {
  std::vector<std::string> env = {};  // "NAME=value"
  std::vector<std::string> cmd = {};
  std::vector<std::string> entrypoint = {};
  std::string working_dir = {};
  std::string user = {};  // "name", "uid" or "uid:gid"; empty for root
};

struct Image {
  std::string id;                  // digest of the configuration, "sha256:<hex>": Docker's image id
  std::string manifest;            // digest of the manifest
  std::vector<std::string> names;  // "busybox:latest"; empty for a dangling image
  std::string created;             // RFC 3339
  std::string architecture;        // "amd64"
  std::string os;                  // "linux"
  Config config;
  std::vector<std::string> diff_ids;  // digests of the uncompressed layers, lowest first
  std::uint64_t size = 0;             // bytes of the unpacked files of all layers
};

// "d9a5c1f0e2b3": the twelve digits that lists show.
std::string short_id(const Image& image);

// `docker image inspect` of one image: a JSON object, indented.
std::string inspect_json(const Image& image);

// The OCI image configuration of an image, as its blob holds it, and back. `parse` throws
// std::runtime_error that says what is missing.
std::string config_json(const Image& image);
Image parse_config(const std::string& json);

// OCI's name of the architecture this program runs on: "amd64".
std::string host_architecture();

// RFC 3339, UTC: "2023-06-10T00:00:00Z".
std::string time_text(std::int64_t seconds);

// "2 weeks ago" for a list; `now` in seconds since 1970. The text itself when it is no RFC 3339 time.
std::string age(const std::string& created, std::int64_t now);

}  // namespace image
