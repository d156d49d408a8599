// The guest's kernel: Debian's cloud kernel, downloaded as a package (apt verifies it) and unpacked into the
// cache, never installed on the host. What a boot needs of it is an uncompressed vmlinux, which QEMU enters
// through PVH without firmware and without the kernel's own decompressor, and a handful of virtio modules.
// Reads: x86/boot.rst (payload_offset), Xen PVH (hvm/start_info.h), apt-get(8), dpkg-deb(1).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace vm {

struct GuestKernel {
  std::string release;           // "6.1.0-56-cloud-amd64"
  std::string vmlinux;           // ELF, uncompressed
  std::string module_directory;  // holds NAME.ko files, flat; empty for a kernel that the user brought
};

// Tells a person what takes long; called only when something is downloaded.
using Progress = std::function<void(const std::string&)>;

// The kernel of the cache, downloaded and unpacked on first use.
GuestKernel ensure_kernel(const Progress& progress);

// A kernel that the user brought: vmlinux as it is, bzImage unpacked beside `scratch`.
GuestKernel user_kernel(const std::string& path, const std::string& scratch);

}  // namespace vm
