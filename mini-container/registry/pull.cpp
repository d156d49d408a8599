// See pull.h.
#include "mini-container/registry/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/trace/phase.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/incoming.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/workers.h"

namespace registry {

namespace {

constexpr int kFound = 200;
constexpr std::size_t kShort = 12;
constexpr std::size_t kMostPages = 1000;

std::vector<std::string> accepted_manifests() {
  return {fmt::format("Accept: {}, {}, {}, {}", image::kManifestType, image::kDockerManifestType,
                      image::kIndexType, image::kDockerListType)};
}

std::string short_digest(const std::string& digest) {
  return image::hex_of(digest).substr(0, kShort);
}

// Layers of an image without repetition, each with its diff id, in the order of their digests.
// ORDER: two pulls that wait for each other's layers would wait for ever; in one order they cannot.
std::map<std::string, std::pair<image::Descriptor, std::string>> distinct_layers(
    const image::PulledImage& pulled) {
  const auto layers = image::parse_manifest(pulled.manifest).layers;
  const auto diff_ids = image::parse_config(pulled.config).diff_ids;
  std::map<std::string, std::pair<image::Descriptor, std::string>> distinct;
  for (std::size_t at = 0; at < layers.size(); ++at)
    distinct.insert({layers[at].digest, {layers[at], diff_ids.at(at)}});
  return distinct;
}

// One layer: what there is of it, then the rest from the registry, unpacked as it comes.
void fetch_layer(Session& session, Connection& connection, image::IncomingLayer& layer,
                 const image::Descriptor& blob, const std::string& diff_id, Progress& progress,
                 std::size_t row) {
  const trace::Phase phase("fetch a layer",
                           "its bytes go through digest and decompression into files as they come");
  BlobReader reader(session, connection, blob, layer.kept());
  progress.advance(row, "Downloading", reader.position(), blob.size);
  {
    // Each read and each file of it would be thousands of lines.
    std::optional<trace::Aside> aside;
    if (trace::listening()) aside.emplace();
    const auto more = [&](std::span<char> buffer) {
      const std::size_t count = reader.read(buffer);
      progress.advance(row, "Downloading", reader.position(), blob.size);
      return count;
    };
    layer.unpack(more, diff_id);
  }
  progress.set(row, "Pull complete");
}

}  // namespace

Puller::Named Puller::fetch_manifest(const image::Reference& reference) {
  const std::string which = reference.digest.empty() ? reference.tag : reference.digest;
  const auto exchange =
      session_.send(connection_, {.url = session_.url("manifests/" + which),
                                  .purpose = "the manifest: which configuration and layers?",
                                  .headers = accepted_manifests()});
  if (exchange->status() == 404)
    refuse(*exchange, fmt::format("manifest for {} not found", image::to_string(reference)));
  if (exchange->status() != kFound)
    refuse(*exchange, fmt::format("pull access denied for {}, repository does not exist or may require "
                                  "'mini-container login'",
                                  image::familiar_name(reference)));
  Named named;
  named.bytes = read_all(*exchange, kLongestDocument);
  named.digest = image::digest_of(named.bytes);
  const std::string said =
      reference.digest.empty() ? exchange->header("docker-content-digest") : reference.digest;
  if (said.starts_with("sha256:") && said != named.digest)
    throw Failed(
        fmt::format("manifest verification failed for digest {}: what came is {}", said, named.digest));
  return named;
}

image::PulledImage Puller::resolve(const image::Reference& reference) {
  const trace::Phase phase("resolve the name",
                           "a tag means a manifest, and a manifest names all else by digest");
  Named named = fetch_manifest(reference);
  image::PulledImage pulled{.manifest = {}, .config = {}, .reference = reference, .digest = named.digest};
  if (image::is_index(image::media_type_of(named.bytes))) {
    image::Reference chosen = reference;
    chosen.digest = image::choose(named.bytes, options_.platform).digest;
    named = fetch_manifest(chosen);
  }
  pulled.manifest = std::move(named.bytes);
  const std::string type = image::media_type_of(pulled.manifest);
  if (type != image::kManifestType && type != image::kDockerManifestType)
    throw Failed(fmt::format("{} is no image that can be kept: its manifest is of type {}",
                             image::to_string(reference), type));
  return pulled;
}

bool Puller::fetch(image::PulledImage& pulled) {
  const image::Reference& name = pulled.reference;
  const std::string manifest = image::digest_of(pulled.manifest);
  if (const auto known = store_.find(image::familiar_name(name) + "@" + manifest)) {
    const bool named = !name.digest.empty() || std::find(known->names.begin(), known->names.end(),
                                                         image::to_string(name)) != known->names.end();
    if (!named) store_.tag(*known, name);
    store_.add_repo_digest(*known, image::familiar_name(name) + "@" + pulled.digest);
    return !named;
  }
  const auto config = image::parse_manifest(pulled.manifest).config;
  pulled.config = read_document(session_, connection_, config,
                                "the configuration: what runs, and which files do the layers hold?");
  image::check_config(pulled.config, image::parse_manifest(pulled.manifest).layers.size());
  // Once more, should a layer that was there be removed while the others were fetched.
  while (!fetch_layers(pulled)) {
  }
  return true;
}

std::optional<image::Image> Puller::fetch_layers(const image::PulledImage& pulled) {
  struct Wanted {
    image::Descriptor blob;
    std::string diff_id;
    std::size_t row;
  };
  std::map<std::string, std::size_t> rows;
  const auto distinct = distinct_layers(pulled);
  for (const image::Descriptor& layer : image::parse_manifest(pulled.manifest).layers) {
    if (!rows.contains(layer.digest))
      rows[layer.digest] = progress_.add(short_digest(layer.digest), "Pulling fs layer");
  }
  std::vector<Wanted> wanted;
  std::vector<image::IncomingLayer> incoming;
  for (const auto& [digest, layer] : distinct) {
    image::IncomingLayer place(store_.directory(), layer.first);
    // ORDER: asked with the lock held: another pull may just have brought it.
    if (store_.layer(layer.first, layer.second)) {
      place.discard();
      progress_.set(rows[digest], "Already exists");
      continue;
    }
    wanted.push_back({layer.first, layer.second, rows[digest]});
    incoming.push_back(std::move(place));
  }
  side_by_side(wanted.size(), [&](std::size_t index, Connection& connection) {
    fetch_layer(session_, connection, incoming[index], wanted[index].blob, wanted[index].diff_id, progress_,
                wanted[index].row);
  });
  return store_.adopt(pulled, incoming);
}

void Puller::pull(const image::Reference& reference) {
  image::PulledImage pulled = resolve(reference);
  progress_.line(fmt::format("{}: Pulling from {}",
                             reference.digest.empty() ? reference.tag : image::to_string(reference),
                             reference.path));
  const bool fetched = fetch(pulled);
  progress_.line("Digest: " + pulled.digest);
  progress_.line(fmt::format("Status: {} for {}", fetched ? "Downloaded newer image" : "Image is up to date",
                             image::to_string(reference)));
}

std::vector<std::string> Puller::tags() {
  std::vector<std::string> found;
  std::string url = session_.url("tags/list");
  for (std::size_t page = 0; page < kMostPages && !url.empty(); ++page) {
    const auto exchange = session_.send(connection_, {.url = url, .purpose = "which tags are there?"});
    if (exchange->status() != kFound) refuse(*exchange, "tags of " + session_.repository());
    const auto json = nlohmann::json::parse(read_all(*exchange, kLongestDocument), nullptr, false);
    if (!json.is_object() || !json.contains("tags")) throw Failed("the registry's list of tags is malformed");
    for (const auto& tag : json["tags"])
      if (tag.is_string()) found.push_back(tag);
    url = session_.next_page(*exchange);
  }
  return found;
}

void Puller::pull_all(const image::Reference& repository) {
  for (const std::string& tag : tags()) {
    image::Reference one = repository;
    one.tag = tag;
    // A tag is foreign: as careful as with one that was typed.
    pull(image::parse_reference(image::to_string(one)));
  }
}

}  // namespace registry
