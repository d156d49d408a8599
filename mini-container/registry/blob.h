// The bytes of a blob as they come, also when the connection breaks on the way: the next one asks only for the rest.
// Reads: OCI distribution-spec (Pulling blobs), RFC 9110 section 14 (Range).
#pragma once

#include "mini-container/image/layout.h"
#include "mini-container/registry/patience.h"
#include "mini-container/registry/session.h"

namespace registry {

class BlobReader {
 public:
  // From byte `offset` on. Throws Unreachable or Failed, as `read`.
  BlobReader(Session& session, Connection& connection, const image::Descriptor& blob, std::uint64_t offset,
             std::string purpose = "the bytes of a layer");
  // As many bytes as the descriptor says in all; 0 at the end. Their digest is the caller's business.
  std::size_t read(std::span<char> buffer);
  std::uint64_t position() const { return position_; }

 private:
  void open();
  void skip(std::uint64_t bytes);
  Session& session_;
  Connection& connection_;
  image::Descriptor blob_;
  std::uint64_t position_;
  std::string purpose_;
  Patience patience_;
  std::unique_ptr<Exchange> exchange_;
};

// A whole small one, by its descriptor, checked. Throws as above, and Failed for another digest.
std::string read_document(Session& session, Connection& connection, const image::Descriptor& blob,
                          const std::string& purpose);

// Documents are longer nowhere (OCI distribution-spec: "Registries SHOULD ... 4 mebibytes").
inline constexpr std::size_t kLongestDocument = 4 << 20;

}  // namespace registry
