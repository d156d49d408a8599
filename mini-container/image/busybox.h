// The default image `busybox`, made on this machine from Debian's busybox-static and our own `workload`
// program, so that the first run needs no registry.
//
// It is written as a tar in memory and imported as any other tar. Same inputs, same bytes, same image id; when
// either program has changed on the host, the image is made anew.
#pragma once

#include <string>

#include "mini-container/image/store.h"

namespace image {

// Makes the image when it is missing or its inputs have changed, else returns what is there.
// Throws std::runtime_error that names the missing package.
Image ensure_busybox(Store& store);

// True for the names that mean it: "busybox", "busybox:latest".
bool is_busybox(const std::string& reference);

struct BusyboxInputs {
  std::string busybox;   // path of the static program
  std::string workload;  // path; empty for an image without it
};
// The layer as tar bytes: pure but for reading the two programs and asking busybox for its applets.
std::string busybox_tar(const BusyboxInputs& inputs);

}  // namespace image
