// See bring_up.h.
#include "vm-launcher/guest/bring_up.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/machine.h"
#include "base/sys/mount.h"
#include "vm-launcher/protocol/messages.h"

namespace vm::guest {

namespace {

template <class Step>
void try_step(std::vector<std::string>& trouble, Step step) {
  try {
    step();
  } catch (const sys::Error& error) {
    trouble.emplace_back(error.what());
  }
}

struct KernelFileSystem {
  const char* type;
  const char* target;
  unsigned long flags;
  const char* data;
};

// ORDER: /dev before what lies in it, /sys before the cgroup tree.
constexpr KernelFileSystem kFileSystems[] = {
    {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
    {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
    {"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666,gid=5"},
    {"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
};

// The value of NAME=value on the kernel's command line, or "".
std::string kernel_parameter(const std::string& name) {
  const std::string line = " " + sys::read_file("/proc/cmdline");
  const std::size_t start = line.find(" " + name + "=");
  if (start == std::string::npos) return {};
  const std::size_t value = start + name.size() + 2;
  return line.substr(value, line.find_first_of(" \n", value) - value);
}

// The device node of the virtio-serial port named kPortName; "" while the kernel has not made it.
std::string find_virtio_port() {
  static const std::string kClass = "/sys/class/virtio-ports";
  if (!sys::exists(kClass)) return {};
  for (const std::string& port : sys::list_directory(kClass)) {
    const auto name = sys::read_file_if_present(fmt::format("{}/{}/name", kClass, port));
    if (name && name->starts_with(protocol::kPortName)) return "/dev/" + port;
  }
  return {};
}

}  // namespace

// WHY waiting: a virtio device makes itself known after its driver has loaded, in its own time.
std::string await_device(const std::string& what, const std::function<std::string()>& find) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (std::string node = find(); !node.empty() && sys::exists(node)) return node;
    std::this_thread::sleep_for(1ms);
  }
  throw std::runtime_error(fmt::format("no {} within 5 s", what));
}

void mount_kernel_file_systems(std::vector<std::string>& trouble) {
  for (const KernelFileSystem& system : kFileSystems) {
    try_step(trouble, [&] {
      if (!sys::exists(system.target)) sys::mkdir(system.target);
      sys::mount(system.type, system.target, system.type, system.flags, system.data);
    });
  }
  try_step(trouble, [] {
    sys::symlinkat("/proc/self/fd", AT_FDCWD, "/dev/fd");
    sys::symlinkat("/proc/self/fd/0", AT_FDCWD, "/dev/stdin");
    sys::symlinkat("/proc/self/fd/1", AT_FDCWD, "/dev/stdout");
    sys::symlinkat("/proc/self/fd/2", AT_FDCWD, "/dev/stderr");
  });
  try_step(trouble, [] { sys::set_loopback_up(); });
}

void load_modules(std::vector<std::string>& trouble) {
  const std::string folder = std::string(kFolder) + "/modules";
  if (sys::exists(folder)) {
    for (const std::string& name : sys::list_directory(folder)) {
      try_step(trouble,
               [&] { sys::finit_module(sys::open(fmt::format("{}/{}", folder, name), O_RDONLY).get()); });
    }
  }
  try_step(trouble, [] { sys::remove_tree(kFolder); });
}

sys::UniqueFd open_agent_port() {
  const std::string port = kernel_parameter("isolab.port");
  if (port.empty()) throw std::runtime_error("the kernel command line has no isolab.port=");
  const std::string path =
      port == "virtio"
          ? await_device(fmt::format("virtio-serial port named {}", protocol::kPortName), find_virtio_port)
          : "/dev/" + port;
  return sys::open(path, O_RDWR | O_NOCTTY);
}

}  // namespace vm::guest
