// See settings.h: the chapters of linux.resources in the order of writing, and those that are a line or two long.
#include "mini-container/runtime/cgroup/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "mini-container/runtime/cgroup/settings_writer.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

void write_pids(Writer& writer, const spec::PidsResources& pids, const std::string& member) {
  if (!pids.limit) return;
  writer.version_of("pids", member + ".limit");
  // 0 means "no limit" to every engine; a group in which nothing can fork could not start anyway.
  writer.add("pids", "pids.max", *pids.limit <= 0 ? "max" : std::to_string(*pids.limit), member + ".limit");
}

void write_hugepages(Writer& writer, const std::vector<spec::HugepageLimit>& limits,
                     const std::string& member) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const std::string here = fmt::format("{}[{}]", member, i);
    const char* file = writer.is_v1("hugetlb", here) ? "limit_in_bytes" : "max";
    writer.add("hugetlb", fmt::format("hugetlb.{}.{}", limits[i].page_size, file),
               std::to_string(limits[i].limit), here);
  }
}

// v2 has neither: packets are marked by programs on the group's sockets there.
void write_network(Writer& writer, const spec::NetworkResources& network, const std::string& member) {
  if (network.class_id.value_or(0) != 0) {
    writer.only_v1("net_cls", member + ".classID");
    writer.add("net_cls", "net_cls.classid", std::to_string(*network.class_id), member + ".classID");
  }
  for (std::size_t i = 0; i < network.priorities.size(); ++i) {
    const std::string here = fmt::format("{}.priorities[{}]", member, i);
    writer.only_v1("net_prio", here);
    writer.add("net_prio", "net_prio.ifpriomap",
               fmt::format("{} {}", network.priorities[i].name, network.priorities[i].priority), here);
  }
}

void write_rdma(Writer& writer, const std::map<std::string, spec::RdmaLimit>& limits,
                const std::string& member) {
  for (const auto& [device, limit] : limits) {
    const std::string here = fmt::format("{}.{}", member, device);
    writer.version_of("rdma", here);
    std::string value = device;
    if (limit.handles) value += fmt::format(" hca_handle={}", *limit.handles);
    if (limit.objects) value += fmt::format(" hca_object={}", *limit.objects);
    writer.add("rdma", "rdma.max", value, here);
  }
}

void write_unified(Writer& writer, const std::map<std::string, std::string>& files) {
  for (const auto& [file, value] : files) {
    const std::string member = fmt::format("linux.resources.unified[\"{}\"]", file);
    const bool well_formed = file.find('.') != std::string::npos &&
                             std::all_of(file.begin(), file.end(), [](unsigned char character) {
                               return std::isalnum(character) != 0 || character == '.' || character == '_';
                             });
    if (!well_formed) throw spec::Invalid(member, "this is not the name of a cgroup file");
    const Hierarchy* hierarchy = writer.unified();
    const std::string controller = file.substr(0, file.find('.'));
    if (hierarchy == nullptr || (controller != "cgroup" && !hierarchy->has(controller))) {
      throw spec::Invalid(member, fmt::format("this host has no {} controller on cgroup v2", controller),
                          "Use the named members of linux.resources, which work on v1 and v2");
    }
    writer.add(controller == "cgroup" ? "" : controller, file, value, member);
  }
}

}  // namespace

Version Writer::version_of(const std::string& controller, const std::string& member) const {
  const Hierarchy* hierarchy = layout_.find(controller);
  if (hierarchy != nullptr) return hierarchy->version;
  // The block I/O controller is "blkio" on v1 and "io" on v2.
  if (controller == "blkio" && layout_.find("io") != nullptr) return Version::v2;
  throw spec::Invalid(
      member, fmt::format("this host has no {} cgroup controller, so nothing would enforce it", controller),
      fmt::format("Look at /proc/cgroups and at cgroup.controllers; the kernel may want "
                  "cgroup_enable={}; or remove the limit",
                  controller));
}

void Writer::only_v1(const std::string& controller, const std::string& member) const {
  if (is_v1(controller, member)) return;
  throw spec::Invalid(member, "cgroup v2 has no such control", "Remove it; it only works on cgroup v1");
}

void Writer::add(const std::string& controller, const std::string& file, std::string value,
                 const std::string& member) {
  settings_.push_back({controller, file, std::move(value), member, {}});
}

void Writer::add_either(const std::string& controller, FileValue first, FileValue second,
                        const std::string& member) {
  settings_.push_back({controller, std::move(first.file), std::move(first.value), member, std::move(second)});
}

std::uint64_t weight_of_shares(std::uint64_t shares) {
  // WHY: time is divided in the ratio of the numbers, so the defaults must meet (1024 and 100) and ratios must
  // stay. The formula of older runtimes maps the whole ranges onto each other instead: 1024:2048 becomes 39:79,
  // and a container with the default shares gets less than half of what any other group gets.
  return std::clamp<std::uint64_t>((shares * 100 + 512) / 1024, 1, 10000);
}

std::vector<Setting> settings(const Layout& layout, const spec::Resources& resources,
                              std::optional<std::uint64_t> memory_limit) {
  Writer writer(layout);
  const std::string member = "linux.resources";
  write_cpuset(writer, resources.cpu, member + ".cpu");
  write_cpu(writer, resources.cpu, member + ".cpu");
  write_memory(writer, resources.memory, member + ".memory", memory_limit);
  write_pids(writer, resources.pids, member + ".pids");
  write_block_io(writer, resources.block_io, member + ".blockIO");
  write_hugepages(writer, resources.hugepages, member + ".hugepageLimits");
  write_network(writer, resources.network, member + ".network");
  write_rdma(writer, resources.rdma, member + ".rdma");
  write_unified(writer, resources.unified);
  return writer.take();
}

}  // namespace cgroup
