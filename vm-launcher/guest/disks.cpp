// See disks.h.
#include "vm-launcher/guest/disks.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/process.h"
#include "vm-launcher/guest/bring_up.h"

namespace vm::guest {

namespace {

using namespace std::chrono_literals;

// Names of the virtio disks in sysfs: vda, vdb, ... A guest whose command took /sys away has none.
std::vector<std::string> disks() {
  static const std::string kBlock = "/sys/block";
  std::vector<std::string> names;
  if (sys::exists(kBlock)) names = sys::list_directory(kBlock);
  std::erase_if(names, [](const std::string& name) { return !name.starts_with("vd"); });
  return names;
}

// The device node of the disk with this serial; "" while the kernel has not made it.
std::string find_disk(const std::string& serial) {
  for (const std::string& name : disks()) {
    const auto text = sys::read_file_if_present(fmt::format("/sys/block/{}/serial", name));
    if (text && text->substr(0, text->find('\n')) == serial) return "/dev/" + name;
  }
  return {};
}

// WHY: sync(2) writes the pages of a bare device, but sends no flush; what QEMU still holds of a qcow2 image would die
// with it. fsync(2) of the device does both.
void flush(const std::string& disk) {
  sys::fsync(sys::open("/dev/" + disk, O_RDONLY).get());
}

// WHY again and again: a process that was killed a moment ago holds its files a little longer.
void unmount_one(const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + 2s;
  // ORDER: umount(2) says nothing of data that could not be written; syncfs(2) does.
  sys::syncfs(sys::open(path, O_RDONLY | O_DIRECTORY).get());
  while (true) {
    try {
      sys::umount_if_mounted(path, 0);
      return;
    } catch (const sys::Error& error) {
      if (error.error() != EBUSY || std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

void Disks::mount(const protocol::Mount& order) {
  order.shared ? mount_share(order) : mount_disk(order);
  mounted_.push_back(order.path);
}

void Disks::mount_share(const protocol::Mount& order) {
  sys::mkdir_parents(order.path);
  const auto mounted = [&]() -> std::string {
    try {
      sys::mount(order.source, order.path, "virtiofs", order.read_only ? MS_RDONLY : 0);
    } catch (const sys::Error& error) {
      // SPEC: filesystems/virtiofs.rst: the source is a device's tag. Before the device is there, that is EINVAL.
      if (error.error() != EINVAL) throw;
      return {};
    }
    return order.path;
  };
  await_device(fmt::format("shared folder for {}", order.path), mounted);
}

void Disks::mount_disk(const protocol::Mount& order) {
  const std::string device = await_device("virtio disk; the guest's kernel needs virtio_blk",
                                          [&] { return find_disk(order.source); });
  try {
    sys::mkdir_parents(order.path);
    sys::mount(device, order.path, "ext4", order.read_only ? MS_RDONLY : 0);
  } catch (const sys::Error& error) {
    if (error.error() != EINVAL) throw;
    // SPEC: mount(2): EINVAL, "source had an invalid superblock".
    throw std::runtime_error(fmt::format(
        "the disk for {} holds no ext4 file system. Next: make one (mke2fs -t ext4 FILE), or leave the mount "
        "point out and use the device, {}",
        order.path, device));
  }
}

std::vector<std::string> Disks::release() {
  std::vector<std::string> trouble;
  const auto try_to = [&](const auto& action, const std::string& on) {
    try {
      action(on);
    } catch (const sys::Error& error) {
      trouble.emplace_back(error.what());
    }
  };
  if (!mounted_.empty()) sys::kill_if_present(-1, SIGKILL);
  // The last first: one may be mounted below another.
  for (; !mounted_.empty(); mounted_.pop_back())
    try_to(unmount_one, mounted_.back());
  for (const std::string& device : disks())
    try_to(flush, device);
  return trouble;
}

}  // namespace vm::guest
