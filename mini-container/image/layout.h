// The OCI image layout on disk: blobs named by digest, and index.json, which lists manifests and their names.
//
// Names are kept as podman and skopeo keep them: one descriptor a name, with the annotation
// org.opencontainers.image.ref.name. The sizes of unpacked layers stand there, too: a manifest that others made
// cannot be added to without another digest. Reads: OCI image-spec 1.0: image-layout.md, descriptor.md, manifest.md.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace image {

struct Descriptor {
  std::string media_type;
  std::string digest;
  std::uint64_t size = 0;
  // In our index.json alone:
  std::string name = {};                           // "busybox:latest"; empty for a dangling image
  std::vector<std::uint64_t> unpacked_sizes = {};  // bytes of the files of each layer, lowest first
  // What registries know it by, "host:5000/app@sha256:...": the digest of this manifest, or of an index that has it.
  std::vector<std::string> repo_digests = {};
};

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // lowest first
};

class Layout {
 public:
  explicit Layout(std::string directory) : directory_(std::move(directory)) {}

  // Makes the empty layout if it is missing.
  void prepare() const;

  // Manifests of index.json; none when there is no layout yet.
  std::vector<Descriptor> index() const;
  void write_index(const std::vector<Descriptor>& manifests) const;

  Manifest manifest(const std::string& digest) const;

  // Content of a (small) blob, checked against its name.
  std::string read_blob(const std::string& digest) const;
  // Writes a (small) blob; its descriptor.
  Descriptor write_blob(const std::string& bytes, const std::string& media_type) const;
  std::string blob_path(const std::string& digest) const;
  // Digests of all blobs.
  std::vector<std::string> blobs() const;

 private:
  std::string directory_;
};

inline constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";

std::string manifest_json(const Manifest& manifest);

// A descriptor of a foreign document. Throws std::exception for what is none.
Descriptor descriptor_of(const nlohmann::json& json);

}  // namespace image
