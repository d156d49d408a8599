// See host_disk.h.
#include "vm-launcher/disk/host_disk.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/inode.h"
#include "vm-launcher/cache/program.h"

namespace vm {

namespace {

// By its path: an ordinary user's PATH has no /sbin.
constexpr char kMke2fs[] = "/sbin/mke2fs";
constexpr std::string_view kQcow2Magic("QFI\xfb", 4);

// WHY not /tmp: it is memory on many hosts, and what is written to a disk shall reach one.
std::string scratch_folder() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

sys::UniqueFd make_nameless_file(const std::string& folder) {
  try {
    return sys::open(folder, O_TMPFILE | O_RDWR, 0600);
  } catch (const sys::Error& error) {
    if (error.error() != EOPNOTSUPP) throw;
    throw std::runtime_error(
        fmt::format("--scratch: the file system of {} has no files without a name. Next: set TMPDIR to a "
                    "folder on ext4, xfs or btrfs",
                    folder));
  }
}

void make_file_system(const std::string& file) {
  if (!sys::exists(kMke2fs))
    throw std::runtime_error(fmt::format("{} is missing. Next: apt-get install e2fsprogs", kMke2fs));
  // WHY 4096: a small file system would get blocks of 1 KiB, which the host's have not.
  // WHY prezeroed: a new file reads as zeros, so neither mke2fs nor, later and in the background, the guest's kernel has to
  // write any.
  output_of(
      {kMke2fs, "-q", "-F", "-t", "ext4", "-b", "4096", "-E", "nodiscard,assume_storage_prezeroed=1", file});
}

HostDisk make_scratch(const DiskSpec& spec) {
  sys::UniqueFd file = make_nameless_file(scratch_folder());
  sys::ftruncate(file.get(), static_cast<off_t>(spec.scratch_mib) << 20U);
  const std::string path = fmt::format("/proc/{}/fd/{}", sys::getpid(), file.get());
  if (!spec.mount_point.empty()) make_file_system(path);
  return {{path, "raw", false, takes_direct_io(path, false)}, std::move(file)};
}

void check_format(const std::string& file, int fd) {
  char start[4] = {};
  const std::size_t count = sys::read(fd, start);
  const bool is_qcow2 = std::string_view(start, count) == kQcow2Magic;
  const bool named_so = format_named_by(file) == "qcow2";
  if (count == 0)
    throw std::runtime_error(fmt::format(
        "--disk {}: the file is empty. Next: truncate -s 1G {}; mke2fs -t ext4 {}", file, file, file));
  if (named_so && !is_qcow2)
    throw std::runtime_error(fmt::format(
        "--disk {}: not a qcow2 image, though named so. Next: rename it, or make one with qemu-img create",
        file));
  if (is_qcow2 && !named_so)
    throw std::runtime_error(fmt::format(
        "--disk {}: begins as a qcow2 image and is not named so. Next: if that is what it is, rename it to "
        "end in .qcow2; the name decides, because a guest can write what it likes into the file",
        file));
}

}  // namespace

bool takes_direct_io(const std::string& file, bool read_only) {
  try {
    sys::open(file, (read_only ? O_RDONLY : O_RDWR) | O_DIRECT);
    return true;
  } catch (const sys::Error& error) {
    if (error.error() != EINVAL) throw;
    return false;
  }
}

HostDisk open_disk(const DiskSpec& spec) {
  if (spec.file.empty()) return make_scratch(spec);
  const sys::UniqueFd file = sys::open(spec.file, spec.read_only ? O_RDONLY : O_RDWR);
  if (!S_ISREG(sys::fstat(file.get()).st_mode))
    throw std::runtime_error(fmt::format("--disk {}: not a regular file", spec.file));
  check_format(spec.file, file.get());
  return {{std::filesystem::absolute(spec.file), format_named_by(spec.file), spec.read_only,
           takes_direct_io(spec.file, spec.read_only)},
          {}};
}

}  // namespace vm
