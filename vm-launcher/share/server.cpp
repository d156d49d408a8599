// See server.h.
#include "vm-launcher/share/server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>

#include <filesystem>
#include <stdexcept>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"

namespace vm {

namespace {
constexpr char kServer[] = "/usr/lib/qemu/virtiofsd";
Share host_share(const ShareSpec& spec) {
  if (sys::geteuid() != 0) {
    throw std::runtime_error(fmt::format(
        "-v {}: virtiofsd wants root. Next: as root, or vm-launcher cp once the VM runs", spec.folder));
  }
  if (!sys::exists(kServer)) {
    throw std::runtime_error(
        fmt::format("-v {}: {} is missing. Next: apt-get install qemu-system-common", spec.folder, kServer));
  }
  const auto status = sys::stat_if_present(spec.folder);
  if (!status || !S_ISDIR(status->st_mode)) {
    throw std::runtime_error(fmt::format("-v {0}: no such folder. Next: mkdir {0}", spec.folder));
  }
  return {std::filesystem::absolute(spec.folder), spec.read_only};
}

}  // namespace

std::vector<Share> host_shares(const std::vector<ShareSpec>& specs) {
  check_together(specs);
  std::vector<Share> shares;
  shares.reserve(specs.size());
  for (const ShareSpec& spec : specs)
    shares.push_back(host_share(spec));
  return shares;
}

sys::Child serve_folder(const Share& share, const std::string& place, int listener) {
  sys::SpawnOptions options;
  options.program = "/proc/self/exe";
  const sys::TraceInheritance trace = sys::trace_inheritance();
  options.keep = trace.descriptors;
  options.keep.push_back(listener);
  options.environment = trace.environment;
  // Ctrl-C of a terminal is for the guest's command.
  options.own_session = true;
  return sys::spawn({"vm-launcher", "serve-folder", std::to_string(listener), place, share.folder,
                     share.read_only ? "ro" : "rw"},
                    options);
}

void become_server(const Share& share, const std::string& place, int listener) {
  // ORDER: first, so that nobody waits for a QEMU that is never started.
  sys::set_parent_death_signal(SIGKILL);
  // The launcher may have been killed before that; then its lock is free.
  if (sys::try_lock_file_if_present(place.substr(0, place.rfind('/')) + "/lock")) sys::exit_now(0);
  sys::unshare(CLONE_NEWNS);
  // ORDER: before anything is mounted, which else would be seen in the host's namespace and stay there.
  sys::mount("none", "/", "", MS_REC | MS_PRIVATE);
  const sys::UniqueFd tree = sys::open_tree(AT_FDCWD, share.folder, OPEN_TREE_CLONE | AT_RECURSIVE);
  if (share.read_only) sys::mount_setattr(tree.get(), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
  // WHY not the folder itself: virtiofsd splits its options at commas, which the folder's name may have.
  sys::move_mount(tree.get(), sys::open(place, O_PATH | O_DIRECTORY).get());
  sys::set_cloexec(listener, false);
  // WHY not the user's: it complains each time that QEMU hangs up, which is how every VM ends.
  sys::dup_onto(sys::open(place + ".log", O_WRONLY | O_CREAT | O_TRUNC, 0600).get(), 2);
  sys::execve(kServer,
              {"virtiofsd", fmt::format("--fd={}", listener), "-f", "-o",
               fmt::format("source={},sandbox=namespace,modcaps=-mknod,log_level=err", place)},
              {});
}

}  // namespace vm
