// See system_info.h.
#include "mini-container/engine/system_info.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/machine.h"
#include "base/text/text.h"

namespace engine {

namespace {

// PRETTY_NAME of os-release; "" if there is none.
std::string system_name() {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  const std::string lines = sys::read_file_if_present("/etc/os-release").value_or("");
  for (const std::string_view line : text::split(lines, '\n')) {
    if (!line.starts_with(kKey)) continue;
    std::string name(line.substr(kKey.size()));
    std::erase(name, '"');
    return name;
  }
  return {};
}

std::uint64_t memory_bytes() {
  const std::string lines = sys::read_file("/proc/meminfo");
  const auto words = text::words(lines, " \n");
  return words.size() < 2 ? 0 : text::number<std::uint64_t>(words[1]).value_or(0) * 1024;
}

std::string host_name() {
  const std::string line = sys::read_file("/proc/sys/kernel/hostname");
  return line.substr(0, line.find('\n'));
}

std::size_t count(const std::vector<Container>& containers, const std::string& state) {
  return static_cast<std::size_t>(std::count_if(
      containers.begin(), containers.end(), [&](const Container& one) { return state_name(one) == state; }));
}

}  // namespace

std::string info_json(Engine& engine) {
  const auto containers = engine.registry().list();
  const std::size_t running = count(containers, "running"), paused = count(containers, "paused");
  const nlohmann::ordered_json info = {
      {"Containers", containers.size()},
      {"ContainersRunning", running},
      {"ContainersPaused", paused},
      {"ContainersStopped", containers.size() - running - paused},
      {"Images", engine.images().list().size()},
      {"ServerVersion", "0.1.0"},
      {"Driver", "overlay"},
      {"LoggingDriver", "json-file"},
      {"CgroupDriver", "cgroupfs"},
      {"CgroupVersion", sys::exists("/sys/fs/cgroup/cgroup.controllers") ? "2" : "1"},
      {"DefaultRuntime", "mini-runtime"},
      {"SecurityOptions", {"name=seccomp,profile=default"}},
      {"KernelVersion", sys::kernel_release()},
      {"OperatingSystem", system_name()},
      {"OSType", "linux"},
      {"Architecture", image::host_architecture()},
      {"NCPU", std::thread::hardware_concurrency()},
      {"MemTotal", memory_bytes()},
      {"Name", host_name()},
      {"DockerRootDir", engine.registry().paths().store}};
  return info.dump();
}

}  // namespace engine
