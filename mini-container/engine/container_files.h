// A container's files as a whole: what it changed, all of them as a tar, an image made of them. cp is in copy.h.
//
// While it runs, or is paused, its root is the overlay at CONTAINER/rootfs. Once it has ended that mount is gone, but
// the layers and its upper directory are all there is to it: mounted again, read-only and in no mount namespace, they
// are the same tree. Reads: Documentation/filesystems/overlayfs.rst, fsmount(2).
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/engine.h"
#include "mini-container/image/changes.h"
#include "mini-container/image/merged.h"

namespace engine {

// What `diff` prints. Mount points of the engine are no changes.
std::vector<image::Change> changes(const Registry& registry, const image::Store& store,
                                   const Container& container);

// Its files as it sees them, by the layers that they come from; its upper directory is the last of these.
image::Merged merged_files(const Registry& registry, const image::Store& store, const Container& container);

// What `export` writes: one tar, without what is mounted over the root.
void export_files(const Registry& registry, const image::Store& store, const Container& container,
                  int output);

struct CommitRequest {
  std::string name;  // name[:tag], or empty
  std::string message;
  std::string author;
  std::vector<std::string> changes;  // instructions (image/instruction.h)
  bool pause = true;                 // while its files are read, if it runs
};
// The image of `commit`: the container's image, its changes as one more layer, and its settings as configuration.
image::Image commit(Engine& engine, const Container& container, const CommitRequest& request);

// The configuration that an image of `container` gets: what it was started with, over its image's.
image::Config committed_config(const image::Config& image, const Settings& settings);

}  // namespace engine
