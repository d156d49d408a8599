// What the kernel is asked for: switches between processes, pages, names of files, and a share of a CPU. See loops.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <ctime>
#include <memory>
#include <vector>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/sys/scheduling.h"
#include "bench/workload/clock.h"
#include "bench/workload/loops.h"

namespace workload {

namespace {

constexpr std::size_t kPage = 4096;

// The first CPU that this process may use.
void stay_on_one_cpu() {
  const std::string status = sys::read_file("/proc/self/status");
  const std::string key = "Cpus_allowed_list:\t";
  const std::size_t found = status.find(key);
  unsigned cpu = 0;
  if (found != std::string::npos)
    std::from_chars(status.data() + found + key.size(), status.data() + status.size(), cpu);
  sys::sched_setaffinity({cpu});
}

}  // namespace

void answer(int from, int to, std::uint64_t count) {
  std::array<char, 1> byte{};
  for (std::uint64_t time = 0; time < count; ++time) {
    if (sys::read(from, byte) == 0) return;
    sys::write_all(to, {byte.data(), byte.size()});
  }
}

// WHY on one CPU: on two, both processes would spin up and down instead of taking turns.
// WHY posix_spawn(3) of this program, and no fork: Docker's seccomp profile answers ENOSYS to clone3(2).
std::string run_switches(std::uint64_t count) {
  stay_on_one_cpu();
  sys::Pipe there = sys::pipe();
  sys::Pipe back = sys::pipe();
  sys::SpawnOptions options;
  options.program = "/proc/self/exe";
  options.input = there.read.get();
  options.output = back.write.get();
  sys::Child other = sys::spawn({"workload", "answer", "--count", std::to_string(count)}, options);
  back.write.reset();
  const auto start = Clock::now();
  sys::write_all(there.write.get(), "x");
  answer(back.read.get(), there.write.get(), count - 1);
  std::array<char, 1> last{};
  sys::read(back.read.get(), last);
  const auto spent = nanoseconds_since(start);
  there.write.reset();
  other.wait();
  // There and back are two switches.
  return fmt::format(R"({{"per_switch":{:.2f},"count":{}}})",
                     static_cast<double>(spent) / 2.0 / static_cast<double>(count), count);
}

// An allocation of this size is a mapping of its own, whose pages come when they are touched.
std::string run_faults(std::uint64_t megabytes) {
  const std::size_t bytes = megabytes << 20U;
  const std::unique_ptr<char[]> memory(new char[bytes]);
  auto* touched = static_cast<volatile char*>(memory.get());
  const auto start = Clock::now();
  for (std::size_t place = 0; place < bytes; place += kPage)
    touched[place] = 1;
  const auto spent = nanoseconds_since(start);
  const std::size_t pages = bytes / kPage;
  return fmt::format(R"({{"per_page":{:.2f},"pages":{}}})",
                     static_cast<double>(spent) / static_cast<double>(pages), pages);
}

std::string run_metadata(const std::string& path, std::uint64_t count) {
  sys::mkdir(path);
  const auto name = [&](std::uint64_t file) { return fmt::format("{}/{}", path, file); };
  const auto each = [&](auto&& act) {
    const auto start = Clock::now();
    for (std::uint64_t file = 0; file < count; ++file)
      act(name(file));
    return static_cast<double>(nanoseconds_since(start)) / static_cast<double>(count);
  };
  const double create = each([](const std::string& file) { sys::create_exclusive(file, 0600); });
  const double stat = each([](const std::string& file) { sys::stat(file); });
  const double unlink = each([](const std::string& file) { sys::unlink_if_present(file); });
  sys::rmdir_if_present(path);
  return fmt::format(R"({{"create":{:.1f},"stat":{:.1f},"unlink":{:.1f},"files":{}}})", create, stat, unlink,
                     count);
}

std::string run_spin(std::uint64_t milliseconds) {
  constexpr std::int64_t kSlice = 20'000'000;
  stay_on_one_cpu();
  std::vector<std::string> seen;
  const auto start = Clock::now();
  const auto limit = static_cast<std::int64_t>(milliseconds) * 1'000'000;
  for (std::int64_t next = 0; next <= limit;) {
    const std::int64_t now = nanoseconds_since(start);
    if (now < next) continue;
    const auto stamp = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch());
    seen.push_back(fmt::format("[{},{}]", stamp.count(),
                               static_cast<std::int64_t>(std::clock()) * (1'000'000'000 / CLOCKS_PER_SEC)));
    next = now + kSlice;
  }
  return fmt::format(R"({{"seen":[{}]}})", fmt::join(seen, ","));
}

}  // namespace workload
