// A bzImage is a small real-mode program, a decompressor, and the compressed kernel. QEMU can enter the
// uncompressed ELF kernel directly (PVH), which saves the firmware and the decompressor: some 200 ms emulated.
// Reads: x86/boot.rst, "THE REAL-MODE KERNEL HEADER" (setup_sects, payload_offset, payload_length).
#pragma once

#include <string>

namespace vm {

bool is_elf(const std::string& path);

// Unpacks the payload of `bzimage` into the file `target`. std::runtime_error names what is wrong with the image.
void extract_vmlinux(const std::string& bzimage, const std::string& target);

}  // namespace vm
