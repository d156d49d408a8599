// See push.h.
#include "mini-container/registry/push.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/trace/phase.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/manifest.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/upload.h"
#include "mini-container/registry/workers.h"

namespace registry {

namespace {

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kAccepted = 202;
constexpr int kNotFound = 404;
constexpr std::size_t kShort = 12;

image::Layout layout_of(const image::Store& store) {
  return image::Layout(store.directory() + "/oci");
}

}  // namespace

bool Pusher::has_blob(Connection& connection, const image::Descriptor& blob) {
  const auto exchange = session_.send(connection, {.method = "HEAD",
                                                   .url = session_.url("blobs/" + blob.digest),
                                                   .purpose = "is the blob there already?"});
  if (exchange->status() != kOk && exchange->status() != kNotFound)
    refuse(*exchange, fmt::format("push to {}", session_.repository()));
  return exchange->status() == kOk;
}

std::string Pusher::neighbour_with(const std::string& digest) const {
  const image::Layout layout = layout_of(store_);
  for (const image::Image& image : store_.list()) {
    const auto layers = layout.manifest(image.manifest).layers;
    const bool has = std::any_of(layers.begin(), layers.end(),
                                 [&](const image::Descriptor& layer) { return layer.digest == digest; });
    if (!has) continue;
    for (const std::string& text : image.repo_digests) {
      const image::Reference known = image::parse_reference(text);
      if (known.domain == session_.domain() && known.path != session_.repository()) return known.path;
    }
  }
  return {};
}

std::string Pusher::send_blob(Connection& connection, const image::Descriptor& blob) {
  if (has_blob(connection, blob)) return "Layer already exists";
  Request begin{
      .method = "POST", .url = session_.url("blobs/uploads/"), .purpose = "where may the blob be sent to?"};
  const std::string neighbour = neighbour_with(blob.digest);
  if (!neighbour.empty()) {
    begin.url += "?mount=" + escaped(blob.digest) + "&from=" + escaped(neighbour);
    begin.purpose = "may we have the blob of " + neighbour + "?";
  }
  const std::string file = layout_of(store_).blob_path(blob.digest);
  for (const bool parts : {false, true}) {
    const auto begun = session_.send(connection, begin);
    if (begun->status() == kCreated) return "Mounted from " + neighbour;
    if (begun->status() != kAccepted) refuse(*begun, fmt::format("push to {}", session_.repository()));
    if (upload(session_, connection, *begun, blob, file, parts)) break;
  }
  return "Pushed";
}

void Pusher::send_layers(const image::Image& image, const image::Manifest& manifest) {
  struct Row {
    const image::Descriptor* blob;
    std::size_t row;
  };
  std::vector<Row> rows;
  // Highest first, as Docker lists them; each once.
  for (std::size_t at = manifest.layers.size(); at-- > 0;) {
    const image::Descriptor& blob = manifest.layers[at];
    const bool known = std::any_of(rows.begin(), rows.end(),
                                   [&](const Row& row) { return row.blob->digest == blob.digest; });
    const std::string id = image::hex_of(image.diff_ids.at(at)).substr(0, kShort);
    if (!known) rows.push_back({&blob, progress_.add(id, "Preparing")});
  }
  side_by_side(rows.size(), [&](std::size_t index, Connection& connection) {
    const trace::Phase phase("send a layer", "only if nobody there has it: it is named by its content");
    progress_.set(rows[index].row, send_blob(connection, *rows[index].blob));
  });
}

void Pusher::send_manifest(const image::Image& image, const image::Reference& reference) {
  const trace::Phase phase("send the manifest",
                           "last, so that the tag never means an image that is not whole");
  const image::Layout layout = layout_of(store_);
  const std::string bytes = layout.read_blob(image.manifest);
  const auto exchange =
      session_.send(connection_, {.method = "PUT",
                                  .url = session_.url("manifests/" + reference.tag),
                                  .purpose = "from now on the tag means this manifest",
                                  .headers = {"Content-Type: " + image::media_type_of(bytes)},
                                  .file = layout.blob_path(image.manifest)});
  if (exchange->status() != kCreated)
    refuse(*exchange, fmt::format("manifest of {}", image::to_string(reference)));
  store_.add_repo_digest(image, image::familiar_name(reference) + "@" + image.manifest);
  progress_.line(fmt::format("{}: digest: {} size: {}", reference.tag, image.manifest, bytes.size()));
}

void Pusher::push(const image::Image& image, const image::Reference& reference) {
  const image::Manifest manifest = layout_of(store_).manifest(image.manifest);
  send_layers(image, manifest);
  send_blob(connection_, manifest.config);
  send_manifest(image, reference);
}

}  // namespace registry
