// See blob.h.
#include "mini-container/registry/blob.h"

#include <fmt/format.h>

#include <algorithm>

#include "mini-container/image/digest.h"
#include "mini-container/registry/failure.h"

namespace registry {

namespace {
constexpr int kWhole = 200;
constexpr int kPart = 206;
}  // namespace

BlobReader::BlobReader(Session& session, Connection& connection, const image::Descriptor& blob,
                       std::uint64_t offset, std::string purpose)
    : session_(session),
      connection_(connection),
      blob_(blob),
      position_(offset),
      purpose_(std::move(purpose)) {
  if (position_ < blob_.size) open();
}

void BlobReader::open() {
  Request request{.url = session_.url("blobs/" + blob_.digest), .purpose = purpose_};
  if (position_ > 0) request.headers.push_back(fmt::format("Range: bytes={}-", position_));
  exchange_ = session_.send(connection_, request);
  if (exchange_->status() != kWhole && exchange_->status() != kPart)
    refuse(*exchange_, fmt::format("blob {} of {}", blob_.digest, session_.repository()));
  if (position_ == 0) return;
  // A server may not know of ranges, and gives all.
  if (exchange_->status() == kWhole) return skip(position_);
  const std::string range = exchange_->header("content-range");
  if (!range.starts_with(fmt::format("bytes {}-", position_)))
    throw Failed(fmt::format("blob {}: asked for bytes from {} on, the registry gave \"{}\"", blob_.digest,
                             position_, range));
}

void BlobReader::skip(std::uint64_t bytes) {
  std::vector<char> buffer(1 << 16);
  while (bytes > 0) {
    const std::size_t count =
        exchange_->read(std::span(buffer).first(std::min<std::uint64_t>(bytes, buffer.size())));
    if (count == 0) return;
    bytes -= count;
  }
}

std::size_t BlobReader::read(std::span<char> buffer) {
  while (position_ < blob_.size) {
    try {
      const auto wanted = std::min<std::uint64_t>(buffer.size(), blob_.size - position_);
      if (const std::size_t count = exchange_->read(buffer.first(wanted))) {
        position_ += count;
        patience_.renew();
        return count;
      }
      // The end, too early: as good as a broken connection.
      if (!patience_.another())
        throw Failed(
            fmt::format("blob {}: the registry has {} of its {} bytes", blob_.digest, position_, blob_.size));
    } catch (const Unreachable&) {
      if (!patience_.another()) throw;
    }
    open();
  }
  return 0;
}

std::string read_document(Session& session, Connection& connection, const image::Descriptor& blob,
                          const std::string& purpose) {
  if (blob.size > kLongestDocument)
    throw Failed(fmt::format("document {} is longer than 4 MiB", blob.digest));
  BlobReader reader(session, connection, blob, 0, purpose);
  std::string text(blob.size, '\0');
  std::size_t done = 0;
  while (const std::size_t count = reader.read(std::span(text).subspan(done)))
    done += count;
  if (image::digest_of(text) != blob.digest)
    throw Failed(fmt::format("document verification failed for digest {}: what came is {}", blob.digest,
                             image::digest_of(text)));
  return text;
}

}  // namespace registry
