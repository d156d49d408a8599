// The image as the VM gets it: asked from mini-container, turned into an initramfs once, kept in the cache under
// the image's id. A second VM of the same image starts from the same file; nothing is copied per VM.
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/kernel/kernel.h"

namespace vm {

// What the image says about running it, in Docker's words.
struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> environment;
  std::string working_directory;
  std::string user;
};

struct Initramfs {
  std::string path;
  ImageConfig config;
};

// Where the root file system comes from; exactly one is set.
struct RootSource {
  std::string image;     // a name that mini-container knows
  std::string tar;       // a tar file
  std::string initrd;    // a cpio archive as it is, perhaps compressed
  bool nothing = false;  // the guest part alone: for the KVM probe
};

// The file for QEMU's -initrd: root file system, guest-init and `modules` (paths, in load order).
Initramfs ensure_initramfs(const RootSource& source, const GuestKernel& kernel,
                           const std::vector<std::string>& modules);

// Parses `mini-container image inspect`; std::runtime_error names the member that is wrong.
struct ImageFacts {
  std::string id;
  ImageConfig config;
};
ImageFacts parse_image_inspect(const std::string& json);

}  // namespace vm
