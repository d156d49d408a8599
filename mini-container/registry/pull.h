// `pull`: a name becomes an image of the local store.
//
//   name -> manifest, or index and then the manifest of one platform -> configuration -> layers side by side -> the store
//
// Every step is checked by the digest that the step before it named; the first by the user, if the name has one.
// Reads: OCI distribution-spec (Pull), moby distribution/pull_v2.go for what is printed when.
#pragma once

#include "mini-container/image/manifest.h"
#include "mini-container/image/store.h"
#include "mini-container/registry/blob.h"
#include "mini-container/registry/progress.h"
#include "mini-container/registry/session.h"

namespace registry {

struct PullOptions {
  image::Platform platform = image::host_platform();
  bool quiet = false;
};

class Puller {
 public:
  Puller(Session& session, image::Store& store, const PullOptions& options)
      : session_(session), store_(store), options_(options), progress_(options.quiet) {}

  // One tag, or one digest. Throws Failed, Unreachable, image::BadArchive.
  void pull(const image::Reference& reference);
  // Every tag that the repository has.
  void pull_all(const image::Reference& repository);

 private:
  struct Named {
    std::string bytes;
    std::string digest;
  };
  Named fetch_manifest(const image::Reference& reference);
  image::PulledImage resolve(const image::Reference& reference);
  // False if nothing had to be fetched.
  bool fetch(image::PulledImage& pulled);
  std::optional<image::Image> fetch_layers(const image::PulledImage& pulled);
  std::vector<std::string> tags();

  Session& session_;
  image::Store& store_;
  PullOptions options_;
  Progress progress_;
  Connection connection_;
};

}  // namespace registry
