// See files.h.
#include "mini-container/engine/files.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/network/names.h"

namespace engine {

namespace {

// WHY: not by rename(2): a bind mount shows the file, whatever the name points to later.
void write_in_place(const std::string& path, const std::string& text) {
  const sys::UniqueFd file = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  sys::write_all(file.get(), text);
}

void copy_directory(int source, const std::string& target) {
  sys::SpawnOptions options;
  options.keep = {source};
  const std::vector<std::string> command = {"cp", "-a", "--no-target-directory",
                                            fmt::format("/proc/self/fd/{}/.", source), target};
  if (sys::spawn(command, options).wait().shell_code() != 0) {
    throw std::runtime_error(fmt::format("cannot copy the image's files into the new volume {}", target));
  }
}

// WHY: a volume gets its name when it is whole, so a killed command leaves none that is half filled, and no container
// can put a link into the copy's way. The lock is for two commands that use the same new volume.
void make_volume_if_missing(const Paths& paths, const std::string& name, const std::string& rootfs,
                            const std::string& destination) {
  const std::string folder = paths.volumes + "/" + name;
  if (sys::exists(folder + "/_data")) return;
  const sys::UniqueFd lock = sys::lock_directory_if_present(paths.volumes);
  if (sys::exists(folder + "/_data")) return;
  const std::string unfinished = folder + "/unfinished";
  sys::remove_tree(unfinished);
  sys::mkdir_parents(unfinished);
  const sys::UniqueFd root = sys::open(rootfs, O_PATH | O_DIRECTORY);
  // Links of the image lead to where they would lead inside, never out of it.
  const sys::UniqueFd source = sys::open_in_root_if_present(root.get(), destination, O_RDONLY | O_DIRECTORY);
  if (source) copy_directory(source.get(), unfinished);
  sys::rename(unfinished, folder + "/_data");
}

}  // namespace

void write_network_files(const std::string& directory, const Settings& settings, const std::string& address) {
  write_in_place(directory + "/hosts", network::hosts_file(settings.hostname, address));
  if (!address.empty()) return;
  write_in_place(directory + "/hostname", network::hostname_file(settings.hostname));
  const std::string host = sys::read_file_if_present("/etc/resolv.conf").value_or("");
  const std::string upstream = sys::read_file_if_present("/run/systemd/resolve/resolv.conf").value_or("");
  // With the host's network, its resolver on 127.0.0.53 can be reached.
  write_in_place(directory + "/resolv.conf",
                 settings.network == "host" ? host : network::resolv_file(host, upstream));
}

std::vector<Volume> host_volumes(const Paths& paths, const Settings& settings, const std::string& rootfs) {
  std::vector<Volume> volumes;
  for (const std::string& text : settings.volumes) {
    Volume volume = parse_volume(text);
    if (volume.named()) {
      make_volume_if_missing(paths, volume.source, rootfs, volume.destination);
      volume.source = paths.volumes + "/" + volume.source + "/_data";
    }
    if (!sys::exists(volume.source)) sys::mkdir_parents(volume.source);
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

std::string seccomp_file_of(const Settings& settings) {
  if (settings.seccomp.empty() || settings.seccomp == "unconfined") return {};
  return sys::read_file(settings.seccomp);
}

bool swap_is_accounted() {
  if (sys::exists("/sys/fs/cgroup/memory"))
    return sys::exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes");
  // The root group of v2 has no such file; the one that this process is in has, where the kernel counts.
  const std::string groups = sys::read_file_if_present("/proc/self/cgroup").value_or("");
  const std::size_t unified = groups.find("0::/");
  if (unified == std::string::npos) return false;
  const std::size_t path = unified + 3;
  return sys::exists("/sys/fs/cgroup" + groups.substr(path, groups.find('\n', path) - path) +
                     "/memory.swap.max");
}

}  // namespace engine
