// See inside.h.
#include "tests/kernel/inside.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/text/text.h"
#include "mini-container/runtime/rootfs/apply.h"
#include "mini-container/runtime/rootfs/console.h"

namespace inside {

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  const std::string content = sys::read_file(path);
  const auto lines = text::split(content, '\n');
  return {lines.begin(), lines.end()};
}

std::string difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::string text;
  for (const auto& line : after) {
    if (std::find(before.begin(), before.end(), line) == before.end()) text += "+ " + line + "\n";
  }
  for (const auto& line : before) {
    if (std::find(after.begin(), after.end(), line) == after.end()) text += "- " + line + "\n";
  }
  return text;
}

std::string error_name() {
  return std::string("errno ") + ::strerrorname_np(errno);
}

}  // namespace

Place::Place() {
  for (const char* name : {"/rootfs", "/rootfs/proc", "/rootfs/etc", "/rootfs/tmp", "/host"}) {
    std::filesystem::create_directories(directory() + name);
  }
  sys::write_file_atomically(directory() + "/host/secret", "the host's");
  sys::write_file_atomically(rootfs("/etc/name"), "the image's");
  mounts_ = lines_of("/proc/self/mountinfo");
  devices_ = sys::list_directory("/dev");
}

std::string Place::host_changes() const {
  return difference(mounts_, lines_of("/proc/self/mountinfo")) +
         difference(devices_, sys::list_directory("/dev"));
}

spec::Config usual_config() {
  spec::Config config;
  config.root.path = "rootfs";
  config.process.emplace();
  config.process->cwd = "/";
  for (const char* type : {"mount", "pid", "ipc", "uts", "network"})
    config.linux.namespaces.push_back({type, ""});
  config.mounts = {
      {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}, {}, {}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}, {}, {}},
      {"/dev/pts",
       "devpts",
       "devpts",
       {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"},
       {},
       {}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}, {}, {}},
  };
  return config;
}

namespace {

using Hook = std::function<std::string(int root)>;

// Reports "=" and what `body` returned, or "!" and why it did not come so far.
int child_main(const rootfs::Plan& plan, const rootfs::IdMappedTrees& id_mapped,
               const std::function<std::string()>& body, const Hook& before_pivot, int report) {
  try {
    const sys::UniqueFd root = rootfs::build(plan, id_mapped);
    std::string text = before_pivot ? before_pivot(root.get()) : "";
    rootfs::restrict(plan, root.get());
    rootfs::enter(plan, root.get());
    text += body();
    sys::write_all(report, "=" + text);
  } catch (const std::exception& error) {
    sys::write_all(report, std::string("!") + error.what());
  }
  return 0;
}

Result result_of(int report) {
  const std::string text = sys::read_to_end(report);
  if (text.starts_with("!")) return {"", text.substr(1)};
  return {text.empty() ? "" : text.substr(1), text.empty() ? "no report" : ""};
}

constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;

}  // namespace

Result run(const spec::Config& config, const Place& place, const std::function<std::string()>& body,
           const Hook& before_pivot) {
  const rootfs::Plan plan = rootfs::plan({config, place.directory(), {}, false});
  const rootfs::IdMappedTrees id_mapped = rootfs::clone_id_mapped(plan);
  sys::Pipe pipe = sys::pipe();
  sys::Child child = sys::clone3(
      {kNamespaces, -1}, [&] { return child_main(plan, id_mapped, body, before_pivot, pipe.write.get()); });
  pipe.write.reset();
  Result result = result_of(pipe.read.get());
  child.wait();
  return result;
}

Result run_in_user_namespace(const spec::Config& config, const Place& place,
                             const std::function<std::string()>& body) {
  const rootfs::Plan plan = rootfs::plan({config, place.directory(), {}, true});
  // The image belongs to the container's root, and the way to it is open to all.
  for (const std::string& path :
       {place.directory(), place.rootfs(), place.rootfs("/tmp"), place.rootfs("/etc")}) {
    sys::fchownat(AT_FDCWD, path, 100000, 100000);
    sys::fchmodat(AT_FDCWD, path, 0755);
  }
  const rootfs::IdMappedTrees id_mapped = rootfs::clone_id_mapped(plan);
  sys::Pipe pipe = sys::pipe();
  sys::Pipe mapped = sys::pipe();
  sys::Child child = sys::clone3({kNamespaces | CLONE_NEWUSER, -1}, [&] {
    char byte = 0;
    sys::read(mapped.read.get(), {&byte, 1});
    sys::setresgid(0);
    sys::setresuid(0);
    return child_main(plan, id_mapped, body, {}, pipe.write.get());
  });
  for (const char* file : {"/uid_map", "/gid_map"}) {
    sys::write_existing_file("/proc/" + std::to_string(child.pid()) + file, "0 100000 1000");
  }
  sys::write_all(mapped.write.get(), "x");
  pipe.write.reset();
  Result result = result_of(pipe.read.get());
  child.wait();
  return result;
}

std::string read(const std::string& path) {
  const sys::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return error_name();
  char buffer[256];
  const auto count = ::read(file.get(), buffer, sizeof buffer);
  return count < 0 ? error_name() : std::string(buffer, static_cast<std::size_t>(count));
}

std::string write(const std::string& path, const std::string& text) {
  const sys::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file) return error_name();
  return ::write(file.get(), text.data(), text.size()) < 0 ? error_name() : "written";
}

std::string list(const std::string& path) {
  std::string names;
  for (const std::string& name : sys::list_directory(path))
    names += (names.empty() ? "" : " ") + name;
  return names;
}

}  // namespace inside
