// What the chapters of settings_*.cpp share: who writes, which version has the controller, and how a limit that nobody
// can enforce is refused. Internal to cgroup.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/cgroup/plan.h"

namespace cgroup {

class Writer {
 public:
  explicit Writer(const Layout& layout) : layout_(layout) {}

  // Whose hierarchy the controller is in. Throws spec::Invalid if there is none: a limit that nothing enforces is an
  // error, not a wish.
  Version version_of(const std::string& controller, const std::string& member) const;
  bool is_v1(const std::string& controller, const std::string& member) const {
    return version_of(controller, member) == Version::v1;
  }
  // Throws spec::Invalid on v2.
  void only_v1(const std::string& controller, const std::string& member) const;
  const Hierarchy* unified() const { return layout_.unified(); }

  void add(const std::string& controller, const std::string& file, std::string value,
           const std::string& member);
  // A setting that another file takes where the kernel lacks the first.
  void add_either(const std::string& controller, FileValue first, FileValue second,
                  const std::string& member);
  std::vector<Setting> take() { return std::move(settings_); }

 private:
  const Layout& layout_;
  std::vector<Setting> settings_;
};

// The chapters of linux.resources. `member` is how errors call each: "linux.resources.cpu".
void write_cpu(Writer& writer, const spec::CpuResources& cpu, const std::string& member);
void write_cpuset(Writer& writer, const spec::CpuResources& cpu, const std::string& member);
// `limit_in_force`: nullopt for none.
void write_memory(Writer& writer, const spec::MemoryResources& memory, const std::string& member,
                  std::optional<std::uint64_t> limit_in_force);
void write_block_io(Writer& writer, const spec::BlockIo& io, const std::string& member);

}  // namespace cgroup
