// `cp`: files from a container and into it. A child packs them as a tar, this process unpacks it on the other side, as
// Docker's client and daemon do over their socket.
//
// Of a path that the container has a say in, each step is opened beneath its root, and what is made there is made by
// name in an open directory, never over what is there and never through a link; so a container that exchanges names
// meanwhile gets its own files at most (CVE-2018-15664, CVE-2019-14271).
// Reads: docker-cp(1), openat2(2), tar(5).
#pragma once

#include "base/text/copy_plan.h"
#include "mini-container/engine/engine.h"

namespace engine {

using text::CopyEnd;

struct CopyOptions {
  bool archive = false;  // owners as they are; else what comes in is root's, what comes out the caller's
  bool follow = false;   // the source's last link
};

// Exactly one end is a container's. "-" is a tar on standard input or output. Throws std::invalid_argument.
void copy(Engine& engine, const CopyEnd& source, const CopyEnd& destination, const CopyOptions& options);

}  // namespace engine
