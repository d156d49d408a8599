// See direct.h.
#include "bench/platforms/direct.h"

#include "base/sys/file.h"

namespace bench {

Arguments Process::command(const Arguments& arguments) {
  Arguments all = arguments;
  if (all.front() == "workload") all.front() = sibling_program("workload");
  return all;
}

ImageSize Process::image_size() {
  return {static_cast<std::uint64_t>(sys::stat(sibling_program("workload")).st_size), "the program's file"};
}

std::string Bubblewrap::prepare() {
  return find_program("bwrap").empty() ? "bwrap is not installed: apt-get install bubblewrap" : "";
}

Arguments Bubblewrap::command(const Arguments& arguments) {
  Arguments all = {"bwrap",
                   "--unshare-all",
                   "--die-with-parent",
                   "--hostname",
                   "bench",
                   "--bind",
                   workspace_.rootfs(),
                   "/",
                   "--proc",
                   "/proc",
                   "--dev",
                   "/dev"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

ImageSize Bubblewrap::image_size() {
  return {bytes_under(workspace_.rootfs()), "root file system: busybox and the workload"};
}

}  // namespace bench
