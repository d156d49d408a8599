// See layer_stream.h.
#include "mini-container/image/layer_stream.h"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/image/digest.h"

namespace image {

namespace {

constexpr std::size_t kBlock = 512;  // of tar; its end mark is made of zero blocks
constexpr std::size_t kBuffer = 1 << 16;

struct ArchiveCloser {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, ArchiveCloser>;

}  // namespace

struct LayerStream::State {
  Source source;
  std::uint64_t limit;
  Digests digests;
  bool compressed = false;
  Sha256 blob_sum;
  Sha256 tar_sum;
  std::uint64_t blob_size = 0;
  std::uint64_t tar_size = 0;
  std::vector<char> buffer = std::vector<char>(kBuffer);
  std::string tail;           // the last block of the tar so far
  std::exception_ptr failed;  // libarchive is C: what a callback threw waits here
  Archive raw{archive_read_new()};
  Archive tar{archive_read_new()};

  std::string_view read_source();
  std::string_view read_tar();
  [[noreturn]] void fail(archive* reader, const char* what) const;
};

std::string_view LayerStream::State::read_source() {
  const std::string_view bytes(buffer.data(), source(buffer));
  if (bytes.empty()) return bytes;
  if (digests == Digests::wanted) blob_sum.add(bytes);
  blob_size += bytes.size();
  return bytes;
}

std::string_view LayerStream::State::read_tar() {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = archive_read_data_block(raw.get(), &block, &size, &offset);
  if (result == ARCHIVE_EOF) return {};
  if (result != ARCHIVE_OK) fail(raw.get(), "cannot be decompressed");
  const std::string_view bytes(static_cast<const char*>(block), size);
  // WHY: of a tar as it is, both digests are one.
  if (digests == Digests::wanted && compressed) tar_sum.add(bytes);
  tar_size += bytes.size();
  if (tar_size > limit) {
    throw BadArchive(
        fmt::format("the archive holds more than the limit of {} bytes once decompressed", limit));
  }
  tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), kBlock)));
  tail.erase(0, tail.size() - std::min(tail.size(), kBlock));
  return bytes;
}

void LayerStream::State::fail(archive* reader, const char* what) const {
  if (failed) std::rethrow_exception(failed);
  const char* why = archive_error_string(reader);
  throw BadArchive(fmt::format("the archive {}: {}", what, why != nullptr ? why : "no reason given"));
}

namespace {

// A libarchive read callback that calls `Read` of the state and keeps its exception.
template <class State, std::string_view (State::*Read)()>
la_ssize_t pull(archive* reader, void* context, const void** bytes) {
  auto& state = *static_cast<State*>(context);
  try {
    const std::string_view block = (state.*Read)();
    *bytes = block.data();
    return static_cast<la_ssize_t>(block.size());
  } catch (...) {
    state.failed = std::current_exception();
    archive_set_error(reader, EIO, "the source failed");
    return ARCHIVE_FATAL;
  }
}

// OCI names a layer's media type by its compression.
std::string media_type_of(archive* raw) {
  const std::string plain = "application/vnd.oci.image.layer.v1.tar";
  // The last filter is always "none": the source itself.
  if (archive_filter_count(raw) > 2) throw BadArchive("the archive is compressed more than once");
  switch (archive_filter_code(raw, 0)) {
    case ARCHIVE_FILTER_GZIP:
      return plain + "+gzip";
    case ARCHIVE_FILTER_ZSTD:
      return plain + "+zstd";
    default:
      return plain;
  }
}

}  // namespace

LayerStream::LayerStream(int source, int copy, std::uint64_t limit)
    : LayerStream(
          [source, copy](std::span<char> buffer) {
            const std::size_t count = sys::read(source, buffer);
            if (count > 0) sys::write_all(copy, {buffer.data(), count});
            return count;
          },
          limit) {}

LayerStream::LayerStream(Source source, std::uint64_t limit)
    : LayerStream(std::move(source), limit, Digests::wanted) {}

LayerStream::LayerStream(int source, std::uint64_t limit)
    : LayerStream([source](std::span<char> buffer) { return sys::read(source, buffer); }, limit,
                  Digests::none) {}

LayerStream::LayerStream(Source source, std::uint64_t limit, Digests digests)
    : state_(new State{.source = std::move(source),
                       .limit = limit,
                       .digests = digests,
                       .blob_sum = {},
                       .tar_sum = {},
                       .tail = {},
                       .failed = {}}) {
  State& state = *state_;
  archive* raw = state.raw.get();
  archive_read_support_filter_gzip(raw);
  archive_read_support_filter_zstd(raw);
  archive_read_support_format_raw(raw);
  archive_read_support_format_empty(raw);
  archive_entry* whole = nullptr;
  if (archive_read_open(raw, &state, nullptr, pull<State, &State::read_source>, nullptr) != ARCHIVE_OK) {
    state.fail(raw, "cannot be opened");
  }
  const int header = archive_read_next_header(raw, &whole);
  if (header == ARCHIVE_EOF) throw BadArchive("the archive is empty: not even the end mark of a tar");
  if (header != ARCHIVE_OK) state.fail(raw, "cannot be opened");
  state.compressed = archive_filter_code(raw, 0) != ARCHIVE_FILTER_NONE;

  archive* tar = state.tar.get();
  archive_read_support_format_tar(tar);
  if (archive_read_open(tar, &state, nullptr, pull<State, &State::read_tar>, nullptr) != ARCHIVE_OK) {
    state.fail(tar, "is no tar, plain or compressed with gzip or zstd");
  }
}

LayerStream::~LayerStream() = default;

Unpacked LayerStream::unpack(int root, const Limits& limits, const UnpackOptions& options) {
  try {
    return unpack_layer(state_->tar.get(), root, limits, options);
  } catch (const BadArchive&) {
    // WHY: libarchive only knows that its source failed; what it failed with is here.
    if (state_->failed) std::rethrow_exception(state_->failed);
    throw;
  }
}

LayerDigests LayerStream::finish() {
  State& state = *state_;
  while (!state.read_tar().empty()) {
  }
  while (!state.read_source().empty()) {
  }
  const bool end_mark =
      state.tail.size() == kBlock && state.tail.find_first_not_of('\0') == std::string::npos;
  if (!end_mark) throw BadArchive("the archive ends without the end mark of a tar: it was cut short");
  LayerDigests digests{
      .blob = {}, .diff_id = {}, .blob_size = state.blob_size, .media_type = media_type_of(state.raw.get())};
  if (state.digests == Digests::none) return digests;
  digests.blob = state.blob_sum.finish();
  digests.diff_id = state.compressed ? state.tar_sum.finish() : digests.blob;
  return digests;
}

}  // namespace image
