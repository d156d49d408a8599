// See loops.h.
#include "bench/workload/loops.h"

#include <fmt/format.h>
#include <linux/magic.h>

#include <array>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "bench/workload/clock.h"

namespace workload {

namespace {

// xorshift and a multiplication: a chain in which each step needs the one before, so no compiler shortens it.
std::uint64_t integer_work(std::uint64_t rounds) {
  std::uint64_t state = 0x9E3779B97F4A7C15U;
  for (std::uint64_t step = 0; step < rounds * 1000; ++step) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    state = state * 6364136223846793005U + step;
  }
  return state;
}

// Gaussian elimination of a small dense system, as linpack does: multiply, subtract, divide.
double floating_work(std::uint64_t rounds) {
  constexpr std::size_t kSize = 16;
  using Row = std::array<double, kSize>;
  double trace = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::array<Row, kSize> matrix{};
    for (std::size_t row = 0; row < kSize; ++row) {
      for (std::size_t column = 0; column < kSize; ++column)
        matrix[row][column] = 1.0 / static_cast<double>(row + column + 1 + round % 7);
      matrix[row][row] += 2.0;
    }
    for (std::size_t pivot = 0; pivot < kSize; ++pivot) {
      for (std::size_t row = pivot + 1; row < kSize; ++row) {
        const double factor = matrix[row][pivot] / matrix[pivot][pivot];
        for (std::size_t column = pivot; column < kSize; ++column)
          matrix[row][column] -= factor * matrix[pivot][column];
      }
      trace += matrix[pivot][pivot];
    }
  }
  return trace;
}

std::string name_of_filesystem(long type) {
  switch (type) {
    case TMPFS_MAGIC:
      return "tmpfs";
    case RAMFS_MAGIC:
      return "ramfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlay";
    case EXT4_SUPER_MAGIC:
      return "ext4";
    case XFS_SUPER_MAGIC:
      return "xfs";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case V9FS_MAGIC:
      return "9p";
    default:
      return fmt::format("{:#x}", type);
  }
}

// On an overlay mounted "volatile" fsync(2) returns at once. Reads: the root mount's options in proc_pid_mountinfo(5).
bool fsync_does_nothing() {
  const std::string mounts = sys::read_file_if_present("/proc/self/mountinfo").value_or("");
  const std::size_t root = mounts.find(" / / ");
  return root != std::string::npos &&
         mounts.substr(root, mounts.find('\n', root) - root).find(",volatile") != std::string::npos;
}

}  // namespace

std::string run_cpu(std::uint64_t rounds) {
  const auto start = Clock::now();
  const std::uint64_t integer = integer_work(rounds);
  const std::int64_t integer_ns = nanoseconds_since(start);
  const auto middle = Clock::now();
  const double floating = floating_work(rounds);
  const std::int64_t floating_ns = nanoseconds_since(middle);
  // The results are printed so that the work cannot be optimized away, and to show that it was the same work.
  return fmt::format(
      R"({{"rounds":{},"ns":{},"integer_ns":{},"floating_ns":{},"integer":{},"floating":{:.9g}}})", rounds,
      integer_ns + floating_ns, integer_ns, floating_ns, integer, floating);
}

std::string run_syscalls(std::uint64_t count) {
  const auto start = Clock::now();
  for (std::uint64_t call = 0; call < count; ++call)
    (void)sys::getpid();
  const std::int64_t spent = nanoseconds_since(start);
  return fmt::format(R"({{"call":"getpid","count":{},"ns":{},"ns_per_call":{:.2f}}})", count, spent,
                     static_cast<double>(spent) / static_cast<double>(count));
}

std::string run_disk(const std::string& path, std::uint64_t megabytes) {
  const sys::UniqueFd file = sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  // Not constant: a file system may compress, or leave holes for zeros.
  std::string block(1U << 20U, '\0');
  std::uint64_t state = 88172645463325252U;
  for (char& byte : block) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    byte = static_cast<char>(state);
  }
  const auto start = Clock::now();
  for (std::uint64_t megabyte = 0; megabyte < megabytes; ++megabyte)
    sys::write_all(file.get(), block);
  const std::int64_t write_ns = nanoseconds_since(start);
  sys::fsync(file.get());
  const std::int64_t all_ns = nanoseconds_since(start);
  const std::string filesystem = name_of_filesystem(sys::filesystem_type(file.get()));
  sys::unlink_if_present(path);
  return fmt::format(R"({{"bytes":{},"ns":{},"write_ns":{},"fsync_ns":{},"filesystem":"{}","volatile":{}}})",
                     megabytes << 20U, all_ns, write_ns, all_ns - write_ns, filesystem, fsync_does_nothing());
}

}  // namespace workload
