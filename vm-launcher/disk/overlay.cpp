// See overlay.h.
#include "vm-launcher/disk/overlay.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cache/program.h"
#include "vm-launcher/disk/host_disk.h"

namespace vm {

namespace {

std::string qemu_img(std::vector<std::string> arguments) {
  constexpr char kProgram[] = "/usr/bin/qemu-img";
  if (!sys::exists(kProgram))
    throw std::runtime_error(fmt::format("{} is missing. Next: apt-get install qemu-utils", kProgram));
  arguments.insert(arguments.begin(), kProgram);
  return output_of(arguments);
}

}  // namespace

std::string overlay_home() {
  const std::string all = cache_directory() + "/disks";
  const std::string current = boot_id();
  sys::mkdir_parents(all, 0700);
  for (const std::string& boot : sys::list_directory(all))
    if (boot != current) sys::remove_tree(fmt::format("{}/{}", all, boot));
  return fmt::format("{}/{}", all, current);
}

Disk ensure_overlay(const Disk& base, const std::string& folder) {
  const std::string file = folder + "/system.qcow2";
  if (!sys::exists(file)) {
    const std::string making = file + ".making";
    // WHY the format: without it QEMU would look into the file, whose content may be a guest's.
    qemu_img({"create", "-q", "-f", "qcow2", "-F", base.format, "-b", base.file, making});
    sys::rename(making, file);
  }
  return {file, "qcow2", false, base.direct && takes_direct_io(file, false)};
}

std::vector<DiskSnapshot> disk_snapshots(const std::string& image) {
  const auto facts = nlohmann::json::parse(qemu_img({"info", "--output=json", image}));
  std::vector<DiskSnapshot> all;
  for (const auto& one : facts.value("snapshots", nlohmann::json::array()))
    all.push_back({one.at("name"), one.at("date-sec")});
  return all;
}

void make_disk_snapshot(const std::string& image, const std::string& name) {
  qemu_img({"snapshot", "-c", name, image});
}

void revert_to_disk_snapshot(const std::string& image, const std::string& name) {
  qemu_img({"snapshot", "-a", name, image});
}

void remove_disk_snapshot(const std::string& image, const std::string& name) {
  qemu_img({"snapshot", "-d", name, image});
}

}  // namespace vm
