// See host.h.
#include "tests/kernel/escapes/host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/sys/file.h"
#include "tests/support/bundle.h"

namespace escapes {

namespace fs = std::filesystem;

namespace {

// Parameters whose change would give the host away, and which nothing changes by itself.
constexpr const char* kParameters[] = {
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/domainname",
    "/proc/sys/kernel/sysrq",
    "/proc/sys/kernel/panic",
    "/proc/sys/kernel/printk",
    "/proc/sys/kernel/msgmax",
    "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/fs/suid_dumpable",
    "/proc/sys/fs/protected_symlinks",
    "/sys/kernel/uevent_helper",
    "/proc/swaps",
    "/proc/self/mountinfo",
};

// A process that has nothing to do with any container, and says "heard" if one reaches it.
sys::Child bystander(sys::UniqueFd& heard) {
  sys::Pipe pipe = sys::pipe();
  sys::Pipe ready = sys::pipe();
  sys::Child child = sys::clone3({}, [&] {
    const sys::UniqueFd signals = sys::signal_descriptor({SIGURG});
    sys::write_all(ready.write.get(), "r");
    pollfd wait{signals.get(), POLLIN, 0};
    while (sys::poll({&wait, 1}, -1) == 0) {
    }
    sys::write_all(pipe.write.get(), "heard");
    return 0;
  });
  char byte = 0;
  sys::read(ready.read.get(), {&byte, 1});
  heard = std::move(pipe.read);
  return child;
}

std::string names_in(const std::string& directory) {
  return fmt::format("{}: {}\n", directory, fmt::join(sys::list_directory(directory), " "));
}

}  // namespace

std::string handle_of(const std::string& path) {
  alignas(file_handle) unsigned char bytes[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
  auto* handle = reinterpret_cast<file_handle*>(bytes);
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  if (::name_to_handle_at(AT_FDCWD, path.c_str(), handle, &mount, AT_SYMLINK_FOLLOW) < 0) return {};
  std::string text = fmt::format("{}:", handle->handle_type);
  for (unsigned i = 0; i < handle->handle_bytes; ++i)
    text += fmt::format("{:02x}", handle->f_handle[i]);
  return text;
}

Host::Host() {
  fs::create_directories(lent());
  fs::create_directories(place("host"));
  sys::write_file_atomically(secret(), "the host's");
  fs::copy_file(ISOLAB_BIN "/attacks", lent() + "/attacks");
  // A session as a login makes it: whoever inherits it can read the key in it.
  keyring_ = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "isolab-hosts-session");
  key_ = ::syscall(SYS_add_key, "user", "isolab-host", "secret", 6, KEY_SPEC_SESSION_KEYRING);
  process_ = bystander(heard_);
  before_ = state();
}

std::string Host::state() const {
  std::string all = names_in("/dev") + names_in(place("host")) + names_in("/");
  all += fmt::format("secret: {}\n", sys::read_file(secret()));
  for (const char* file : kParameters)
    all += fmt::format("{}: {}\n", file, sys::read_file_if_present(file).value_or("unavailable"));
  for (const std::string& group : sys::list_directory("/sys/fs/cgroup")) {
    const std::string agent = "/sys/fs/cgroup/" + group + "/release_agent";
    all += fmt::format("{}: {}\n", agent, sys::read_file_if_present(agent).value_or("unavailable"));
  }
  const std::string runtime = sys::read_file(testing_bundle::runtime());
  return all + fmt::format("runtime: {} bytes, {:x}\n", runtime.size(), std::hash<std::string>()(runtime));
}

std::string Host::changes() {
  std::string changes;
  pollfd said{heard_.get(), POLLIN, 0};
  if (sys::poll({&said, 1}, 0) != 0) changes += "a process of the host heard a signal\n";
  if (!sys::pidfd_send_signal(process_.pidfd(), 0)) changes += "a process of the host is gone\n";
  const std::string now = state();
  for (std::size_t at = 0; now != before_ && at < now.size();) {
    const std::size_t end = now.find('\n', at);
    const std::string line = now.substr(at, end - at);
    if (before_.find(line) == std::string::npos) changes += line + "\n";
    at = end + 1;
  }
  return now == before_ || !changes.empty() ? changes : "something has gone from the host\n";
}

std::vector<std::string> Host::facts() const {
  std::vector<std::string> all = {"secret=" + secret(),
                                  fmt::format("pid={}", process_.pid()),
                                  "pids=" + sys::readlink("/proc/self/ns/pid"),
                                  fmt::format("keyring={}", keyring_),
                                  fmt::format("key={}", key_),
                                  "handle=" + handle_of(secret())};
  // Before Linux 6.18 namespaces have none.
  if (const std::string space = handle_of("/proc/self/ns/mnt"); !space.empty())
    all.push_back("namespace=" + space);
  return all;
}

}  // namespace escapes
