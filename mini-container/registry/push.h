// `push`: an image of the local store becomes one of a registry.
//
// Layers and configuration first, the manifest last, so that nobody can pull what is not whole. A blob that the
// repository has is not sent; one that another repository of the registry has is mounted from there; else it streams from
// the store (upload.h). Reads: OCI distribution-spec (Push), distribution docs/spec/api.md.
#pragma once

#include "mini-container/image/store.h"
#include "mini-container/registry/progress.h"
#include "mini-container/registry/session.h"

namespace registry {

class Pusher {
 public:
  Pusher(Session& session, image::Store& store, bool quiet)
      : session_(session), store_(store), progress_(quiet) {}

  // The image's blobs, and its manifest under the tag of `reference`. Throws Failed or Unreachable.
  void push(const image::Image& image, const image::Reference& reference);

 private:
  // What was done: "Layer already exists", "Mounted from other/app", "Pushed".
  std::string send_blob(Connection& connection, const image::Descriptor& blob);
  bool has_blob(Connection& connection, const image::Descriptor& blob);
  void send_layers(const image::Image& image, const image::Manifest& manifest);
  void send_manifest(const image::Image& image, const image::Reference& reference);
  // Another repository of this registry that may have the blob, by the names of our images; "" for none.
  std::string neighbour_with(const std::string& digest) const;

  Session& session_;
  image::Store& store_;
  Progress progress_;
  Connection connection_;
};

}  // namespace registry
