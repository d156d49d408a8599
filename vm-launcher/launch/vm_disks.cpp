// See vm_disks.h.
#include "vm-launcher/launch/vm_disks.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "vm-launcher/disk/overlay.h"
#include "vm-launcher/disk/seed.h"

namespace vm {

namespace {

HostDisk open_system_disk(const DiskSpec& spec, const VmFolder& folder) {
  if (spec.write_through || spec.read_only) return open_disk(spec);
  DiskSpec base = spec;
  base.read_only = true;
  return {ensure_overlay(open_disk(base).disk, folder.disks(overlay_home())), {}};
}

HostDisk open_seed(const std::string& user_data, const VmFolder& folder) {
  const std::string file = folder.disks(overlay_home()) + "/seed.iso";
  // WHY once: the seed tells an instance at its first boot who it is.
  if (!sys::exists(file)) {
    const std::string making = file + ".making";
    const std::string content = sys::read_file(user_data);
    check_user_data(user_data, content);
    write_seed(making, folder.name(), content);
    sys::rename(making, file);
  }
  return {{file, "raw", true, takes_direct_io(file, true)}, {}};
}

}  // namespace

std::vector<HostDisk> open_disks(const RunRequest& request, const VmFolder& folder) {
  std::vector<HostDisk> disks;
  if (request.disks.empty()) return disks;
  check_together(request.disks);
  const trace::Phase phase("disks", "files of the host become block devices of the guest");
  for (const DiskSpec& spec : request.disks) {
    const bool system = request.own_system() && disks.empty();
    disks.push_back(system ? open_system_disk(spec, folder) : open_disk(spec));
  }
  if (!request.cloud_init.empty()) disks.push_back(open_seed(request.cloud_init, folder));
  return disks;
}

std::vector<std::string> snapshot_images(const RunRequest& request, const VmFolder& folder) {
  std::vector<std::string> images;
  for (std::size_t index = 0; index < request.disks.size(); ++index) {
    const DiskSpec& spec = request.disks[index];
    if (spec.read_only) continue;
    if (spec.file.empty())
      throw std::runtime_error("a scratch disk is gone when its VM stops, and keeps no snapshots");
    const HostDisk opened =
        request.own_system() && index == 0 ? open_system_disk(spec, folder) : open_disk(spec);
    if (opened.disk.format != "qcow2")
      throw std::runtime_error(fmt::format(
          "{} is a raw disk, which keeps no snapshots. Next: qemu-img convert -O qcow2 {} NAME.qcow2, "
          "and make a VM with that; or attach it read-only, with :ro",
          spec.file, spec.file));
    images.push_back(opened.disk.file);
  }
  if (images.empty())
    throw std::runtime_error(
        "this VM writes to no disk: its root is memory, and begins anew at each start. Next: give it a qcow2 "
        "disk, or boot one (run --disk FILE)");
  return images;
}

}  // namespace vm
