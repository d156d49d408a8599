// See own_disk.h.
#include "bench/platforms/own_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "bench/platforms/timed_run.h"

namespace bench {

namespace {

constexpr std::uintmax_t kLargest = 16ULL << 30, kSmallest = 4ULL << 30;

void make_image(const std::string& image, std::uintmax_t bytes) {
  const sys::UniqueFd file = sys::open(image, O_WRONLY | O_CREAT | O_EXCL, 0600);
  sys::ftruncate(file.get(), static_cast<off_t>(bytes));
  // WHY not lazily: the kernel would zero the tables while something is measured.
  run_or_throw({"mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", image});
}

}  // namespace

std::string mount_own_disk(const std::string& folder) {
  const std::string image = folder + "/disk.ext4";
  try {
    const std::uintmax_t bytes = std::min(kLargest, std::filesystem::space(folder).available / 2);
    if (bytes < kSmallest) throw std::runtime_error("too little space");
    make_image(image, bytes);
    run_or_throw({"mount", "-o", "loop", image, folder});
    return fmt::format("what the platforms write lies on an ext4 of their own, {} GiB in a sparse file",
                       bytes >> 30);
  } catch (const std::runtime_error& error) {
    sys::unlink_if_present(image);
    return fmt::format("what the platforms write lies on the host's file system, with its past: {}",
                       error.what());
  }
}

}  // namespace bench
