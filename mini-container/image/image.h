// One image as a value: what its OCI configuration says, and the layers that make its root file system.
// Reads: OCI image-spec 1.0: config.md, manifest.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace image {

// A command that tells whether what runs in a container works. SPEC: not OCI's but Docker's, which all write and read.
struct Healthcheck {
  std::vector<std::string> test =
      {};  // {"CMD", WORD...}, {"CMD-SHELL", LINE}, {"NONE"}; empty: nothing is said
  // Nanoseconds; 0 for Docker's default.
  std::int64_t interval = 0;
  std::int64_t timeout = 0;
  std::int64_t start_period = 0;
  std::int64_t start_interval = 0;  // within it, before the first success
  int retries = 0;
};

// The part of the OCI image configuration that a container starts with.
struct Config {
  std::vector<std::string> env = {};  // "NAME=value"
  std::vector<std::string> cmd = {};
  std::vector<std::string> entrypoint = {};
  std::string working_dir = {};
  std::string user = {};                        // "name", "uid" or "uid:gid"; empty for root
  std::vector<std::string> exposed_ports = {};  // "80/tcp"
  std::vector<std::string> volumes = {};        // paths that get an anonymous volume
  std::map<std::string, std::string> labels = {};
  std::string stop_signal = {};  // "SIGTERM" when empty
  Healthcheck healthcheck = {};
};

// One step of an image's making; a step that changed no file has no layer.
struct Step {
  std::string created = {};     // RFC 3339
  std::string created_by = {};  // the instruction or command
  std::string author = {};
  std::string comment = {};
  bool empty_layer = false;
};

struct Image {
  std::string id;                  // digest of the configuration, "sha256:<hex>": Docker's image id
  std::string manifest;            // digest of the manifest
  std::vector<std::string> names;  // "busybox:latest"; empty for a dangling image
  std::vector<std::string> repo_digests = {};  // "host:5000/app@sha256:...": what registries know it by
  std::string created;                         // RFC 3339
  std::string author;
  std::string architecture;  // "amd64"
  std::string os;            // "linux"
  Config config;
  std::vector<Step> history;               // oldest first; may be shorter than the layers, or missing
  std::vector<std::string> diff_ids;       // digests of the uncompressed layers, lowest first
  std::vector<std::uint64_t> layer_sizes;  // bytes of the unpacked files of each layer, in the same order

  std::uint64_t size() const;  // of all layers
};

// The steps of its making with what each added, oldest first; layers that no step tells of come first, as steps
// without a command.
struct StepSize {
  Step step;
  std::uint64_t bytes = 0;
};
std::vector<StepSize> steps_of(const Image& image);

// "d9a5c1f0e2b3": the twelve digits that lists show.
std::string short_id(const Image& image);

// `docker image inspect` of one image: a JSON object.
std::string inspect_json(const Image& image);

// The OCI image configuration of an image, as its blob holds it, and back. `parse` throws
// std::runtime_error that says what is missing.
std::string config_json(const Image& image);
// "Healthcheck" as Docker's documents have it: a JSON object without the members that are 0.
std::string healthcheck_json(const Healthcheck& check);
Image parse_config(const std::string& json);

// OCI's name of the architecture this program runs on: "amd64".
std::string host_architecture();

}  // namespace image
