// See upload.h.
#include "mini-container/registry/upload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/text.h"
#include "mini-container/registry/failure.h"

namespace registry {

namespace {

constexpr int kCreated = 201;
constexpr int kAccepted = 202;
constexpr int kTooLarge = 413;
constexpr const char* kBytes = "Content-Type: application/octet-stream";

std::string closing(const std::string& place, const std::string& digest) {
  return place + (place.find('?') == std::string::npos ? "?digest=" : "&digest=") + escaped(digest);
}

// "0-999": a thousand bytes are there.
std::optional<std::uint64_t> taken(const std::string& range) {
  const std::size_t dash = range.find('-');
  const auto last =
      text::number<std::uint64_t>(std::string_view(range).substr(std::min(dash, range.size() - 1) + 1));
  if (dash == std::string::npos || !last) return std::nullopt;
  return *last + 1;
}

// Sends part after part; where the last answer wants it to be closed.
std::string send_parts(Session& session, Connection& connection, std::string place, std::uint64_t part,
                       const image::Descriptor& blob, const std::string& file) {
  for (std::uint64_t first = 0; first < blob.size;) {
    const std::uint64_t count = std::min(part, blob.size - first);
    const auto sent = session.send(
        connection, {.method = "PATCH",
                     .url = place,
                     .purpose = fmt::format("bytes {} to {} of {}", first, first + count - 1, blob.digest),
                     .headers = {kBytes, fmt::format("Content-Range: {}-{}", first, first + count - 1)},
                     .file = file,
                     .first = first,
                     .count = count});
    if (sent->status() != kAccepted)
      refuse(*sent, fmt::format("blob {} to {}", blob.digest, session.repository()));
    place = session.absolute(sent->header("location"));
    const std::uint64_t there = taken(sent->header("range")).value_or(first + count);
    if (there <= first || there > first + count)
      throw Failed(fmt::format("blob {} to {}: the registry has taken what was not sent", blob.digest,
                               session.repository()));
    first = there;
  }
  return place;
}

}  // namespace

bool upload(Session& session, Connection& connection, const Exchange& begun, const image::Descriptor& blob,
            const std::string& file, bool parts) {
  const auto least = text::number<std::uint64_t>(begun.header("oci-chunk-min-length"));
  std::string place = session.absolute(begun.header("location"));
  Request last{.method = "PUT",
               .url = {},
               .purpose = "the bytes of " + blob.digest,
               .headers = {kBytes},
               .file = file};
  if (least || parts) {
    place = send_parts(session, connection, place, std::max(least.value_or(0), kPart), blob, file);
    last.purpose = "all parts are there: the blob is " + blob.digest;
    last.headers = {};
    last.file = {};
  }
  last.url = closing(place, blob.digest);
  const auto sent = session.send(connection, last);
  if (sent->status() == kTooLarge && !parts && !least) return false;
  if (sent->status() != kCreated)
    refuse(*sent, fmt::format("blob {} to {}", blob.digest, session.repository()));
  return true;
}

}  // namespace registry
