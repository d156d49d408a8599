// sha256: what names a blob, a layer and an image. Reads: EVP_DigestInit(3), OCI image-spec descriptor.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace image {

// A digest in the making. Move-only.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);
  // "sha256:<64 hex>" of all that was added; call once.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string digest_of(std::string_view bytes);

// Throws std::runtime_error unless it is "sha256:<64 hex>": digests of foreign documents become names of files.
void check_digest(const std::string& digest);

// "sha256:HEX" -> "HEX".
std::string hex_of(const std::string& digest);

}  // namespace image
