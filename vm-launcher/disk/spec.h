// What the user says of a disk, in the shape of Docker's -v. Pure.
//
//     --disk FILE[:/MOUNTPOINT][:ro]     a raw or qcow2 file that stays
//     --disk FILE[:rw]                   without an image, the first: the system that boots; written itself only with rw
//     --scratch SIZE[:/MOUNTPOINT]       an empty disk that is gone after the run
//
// With a mount point the guest finds a file system there; without one it has the bare device (/dev/vda, ...).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vm {

struct DiskSpec {
  std::string file;          // empty for a scratch disk
  unsigned scratch_mib = 0;  // 0 for a file
  std::string mount_point;   // absolute; empty for none
  bool read_only = false;
  bool write_through = false;  // "rw" was said
};

// Both throw std::runtime_error that quotes the option and says what it wants.
DiskSpec parse_disk(const std::string& text);
DiskSpec parse_scratch(const std::string& text);

// Where in the guest something may be mounted: an absolute path without "..", and not the root itself.
bool is_mount_point(std::string_view path);

// Disks of one machine: few enough for the board's slots, each mount point once. std::runtime_error otherwise.
void check_together(const std::vector<DiskSpec>& disks);

// "512m", "1g", or "512" for MiB, as --memory and --scratch take it; `option` is named in the std::runtime_error.
unsigned mebibytes(const std::string& option, const std::string& text);

// "qcow2" for a name that ends so, else "raw". WHY the name and never the content: the guest writes the content. A raw
// disk whose guest wrote a qcow2 header would at its next boot be one with a backing file of the guest's choice.
std::string format_named_by(const std::string& file);

}  // namespace vm
