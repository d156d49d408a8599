// See digest.h.
//
// WHY the functions that OpenSSL calls deprecated: the newer ones (EVP) look their algorithm up among providers and
// read a configuration file first, five million instructions before the first byte, at every start of a container.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mini-container/image/digest.h"

#include <fmt/format.h>
#include <openssl/sha.h>

namespace image {

struct Sha256::Context {
  SHA256_CTX value;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  SHA256_Init(&context_->value);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  SHA256_Update(&context_->value, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
  SHA256_Final(bytes, &context_->value);
  return fmt::format("sha256:{:02x}", fmt::join(bytes, ""));
}

std::string digest_of(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.finish();
}

void check_digest(const std::string& digest) {
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kDigits = 64;
  const bool good = digest.starts_with(kAlgorithm) && digest.size() == kAlgorithm.size() + kDigits &&
                    digest.find_first_not_of("0123456789abcdef", kAlgorithm.size()) == std::string::npos;
  if (good) return;
  throw std::runtime_error(fmt::format("\"{}\" is no digest of the form sha256:<64 hexadecimal digits>",
                                       digest.substr(0, kAlgorithm.size() + kDigits)));
}

std::string hex_of(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

}  // namespace image
