// What a container has used, from whichever version counts it. v1 and v2 side by side: the names differ, and v2
// counts swap alone where v1 and the readers of these figures mean memory and swap together.
// Reads: Linux admin-guide/cgroup-v1/, admin-guide/cgroup-v2.rst.
#include "mini-container/runtime/spec/statistics.h"

#include <fmt/format.h>

#include <limits>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/cgroup/figures.h"

namespace cgroup {

namespace {

using spec::BlockIoEntry;
using spec::Figure;
using spec::MemoryFigures;
using spec::Statistics;

constexpr std::uint64_t kNanosecondsInTick = 10'000'000;  // USER_HZ is 100
constexpr std::uint64_t kNanosecondsInMicrosecond = 1000;

Figure scaled(Figure figure, std::uint64_t factor) {
  if (figure) *figure *= factor;
  return figure;
}

void read_cpu_v1(const std::string& path, Statistics& statistics) {
  spec::CpuStatistics& cpu = statistics.cpu;
  if (const Figure total = number_in(path + "/cpuacct.usage")) {
    cpu.total = total;
    cpu.user = scaled(field_in(path + "/cpuacct.stat", "user"), kNanosecondsInTick);
    cpu.kernel = scaled(field_in(path + "/cpuacct.stat", "system"), kNanosecondsInTick);
    cpu.per_cpu = numbers_in(path + "/cpuacct.usage_percpu");
    cpu.per_cpu_user = numbers_in(path + "/cpuacct.usage_percpu_user");
    cpu.per_cpu_kernel = numbers_in(path + "/cpuacct.usage_percpu_sys");
  }
  if (const Figure periods = field_in(path + "/cpu.stat", "nr_periods")) {
    cpu.periods = periods;
    cpu.throttled_periods = field_in(path + "/cpu.stat", "nr_throttled");
    cpu.throttled_time = field_in(path + "/cpu.stat", "throttled_time");
  }
}

void read_cpu_v2(const std::string& path, Statistics& statistics) {
  const auto fields = fields_in(path + "/cpu.stat");
  const auto figure = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? Figure() : Figure(found->second);
  };
  spec::CpuStatistics& cpu = statistics.cpu;
  // A v2 tree beside v1 controllers (hybrid) has this file too, for the CPU time alone.
  if (!cpu.total) {
    cpu.total = scaled(figure("usage_usec"), kNanosecondsInMicrosecond);
    cpu.user = scaled(figure("user_usec"), kNanosecondsInMicrosecond);
    cpu.kernel = scaled(figure("system_usec"), kNanosecondsInMicrosecond);
  }
  if (!figure("nr_periods")) return;
  cpu.periods = figure("nr_periods");
  cpu.throttled_periods = figure("nr_throttled");
  cpu.throttled_time = scaled(figure("throttled_usec"), kNanosecondsInMicrosecond);
}

MemoryFigures memory_figures_v1(const std::string& prefix) {
  return {number_in(prefix + "usage_in_bytes"), number_in(prefix + "max_usage_in_bytes"),
          number_in(prefix + "limit_in_bytes"), number_in(prefix + "failcnt")};
}

void read_memory_v1(const std::string& path, Statistics& statistics) {
  if (!sys::exists(path + "/memory.usage_in_bytes")) return;
  spec::MemoryStatistics& memory = statistics.memory;
  memory.usage = memory_figures_v1(path + "/memory.");
  memory.swap = memory_figures_v1(path + "/memory.memsw.");
  memory.kernel = memory_figures_v1(path + "/memory.kmem.");
  memory.kernel_tcp = memory_figures_v1(path + "/memory.kmem.tcp.");
  memory.raw = fields_in(path + "/memory.stat");
  memory.cache = memory.raw.contains("total_cache") ? Figure(memory.raw["total_cache"]) : Figure();
}

Figure sum(const Figure& a, const Figure& b) {
  constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  if (!a || !b) return std::nullopt;
  return *a == kNoLimit || *b == kNoLimit ? kNoLimit : *a + *b;
}

void read_memory_v2(const std::string& path, Statistics& statistics) {
  if (!sys::exists(path + "/memory.current")) return;
  spec::MemoryStatistics& memory = statistics.memory;
  memory.usage = {number_in(path + "/memory.current"), number_in(path + "/memory.peak"),
                  limit_in(path + "/memory.max"), field_in(path + "/memory.events", "max")};
  memory.swap = {sum(memory.usage.usage, number_in(path + "/memory.swap.current")), std::nullopt,
                 sum(memory.usage.limit, limit_in(path + "/memory.swap.max")),
                 field_in(path + "/memory.swap.events", "fail")};
  memory.raw = fields_in(path + "/memory.stat");
  memory.cache = memory.raw.contains("file") ? Figure(memory.raw["file"]) : Figure();
}

bool read_device(std::string_view text, BlockIoEntry& entry) {
  const auto numbers = text::words(text, ":");
  if (numbers.size() != 2 || !to_number(numbers[0]) || !to_number(numbers[1])) return false;
  entry.major = *to_number(numbers[0]);
  entry.minor = *to_number(numbers[1]);
  return true;
}

// "8:0 Read 4096" a line; the last one is a sum without a device.
std::vector<BlockIoEntry> io_entries_v1(const std::string& path) {
  const std::string text = sys::read_file_if_present(path).value_or("");
  std::vector<BlockIoEntry> entries;
  for (const std::string_view line : text::words(text, "\n")) {
    const auto words = text::words(line, " ");
    BlockIoEntry entry;
    if (words.size() != 3 || !read_device(words[0], entry)) continue;
    entry.operation = std::string(words[1]);
    entry.value = to_number(words[2]).value_or(0);
    entries.push_back(std::move(entry));
  }
  return entries;
}

// "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0" a line.
void read_io_v2(const std::string& path, Statistics& statistics) {
  const std::string text = sys::read_file_if_present(path + "/io.stat").value_or("");
  for (const std::string_view line : text::words(text, "\n")) {
    const auto words = text::words(line, " ");
    BlockIoEntry entry;
    if (!read_device(words.front(), entry)) continue;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto pair = text::words(words[i], "=");
      if (pair.size() != 2 || pair[0].size() < 2) continue;
      entry.operation = pair[0][0] == 'r' ? "Read" : pair[0][0] == 'w' ? "Write" : "Discard";
      entry.value = to_number(pair[1]).value_or(0);
      (pair[0].substr(1) == "bytes" ? statistics.io_bytes : statistics.io_operations).push_back(entry);
    }
  }
}

// "hugetlb.2MB.usage_in_bytes" of v1, "hugetlb.2MB.current" of v2.
void read_huge_pages(const std::string& path, bool v2, Statistics& statistics) {
  const std::string ending = v2 ? ".current" : ".usage_in_bytes";
  for (const std::string& name : sys::list_directory(path)) {
    if (!name.starts_with("hugetlb.") || !name.ends_with(ending) || name.find(".rsvd.") != std::string::npos)
      continue;
    const std::string file = fmt::format("{}/{}", path, name.substr(0, name.size() - ending.size()));
    const std::string size = name.substr(8, name.size() - ending.size() - 8);
    statistics.huge_pages[size] = {number_in(file + ending),
                                   v2 ? Figure() : number_in(file + ".max_usage_in_bytes"),
                                   v2 ? field_in(file + ".events", "max") : number_in(file + ".failcnt")};
  }
}

void read_v1(const std::string& path, Statistics& statistics) {
  read_cpu_v1(path, statistics);
  read_memory_v1(path, statistics);
  auto bytes = io_entries_v1(path + "/blkio.throttle.io_service_bytes_recursive");
  auto operations = io_entries_v1(path + "/blkio.throttle.io_serviced_recursive");
  if (!bytes.empty()) statistics.io_bytes = std::move(bytes);
  if (!operations.empty()) statistics.io_operations = std::move(operations);
}

void read_v2(const std::string& path, Statistics& statistics) {
  read_cpu_v2(path, statistics);
  read_memory_v2(path, statistics);
  read_io_v2(path, statistics);
}

}  // namespace

spec::Statistics Cgroup::statistics() const {
  Statistics statistics;
  for (const Group& group : groups_) {
    const bool v2 = group.version == Version::v2;
    v2 ? read_v2(group.path, statistics) : read_v1(group.path, statistics);
    read_huge_pages(group.path, v2, statistics);
    if (const Figure pids = number_in(group.path + "/pids.current")) {
      statistics.pids = pids;
      // No limit is no figure here: readers of runc's events take 0 or nothing for none.
      statistics.pids_limit = number_in(group.path + "/pids.max");
    }
    auto cpus = list_in(group.path + (v2 ? "/cpuset.cpus.effective" : "/cpuset.effective_cpus"));
    auto nodes = list_in(group.path + (v2 ? "/cpuset.mems.effective" : "/cpuset.effective_mems"));
    if (!cpus.empty()) statistics.cpus = std::move(cpus);
    if (!nodes.empty()) statistics.memory_nodes = std::move(nodes);
  }
  return statistics;
}

}  // namespace cgroup
