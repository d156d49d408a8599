// The benchmark's own folder: one root file system that every container platform runs, the same as an image
// archive, and the state of whatever is started. It is removed at the end, and what a killed run left behind at
// the next start.
//
// It lies on disk (/var/tmp, or a file system of its own there), because a platform that keeps its layers in memory would be
// compared with one that does not. Reads: hier(7).
#pragma once

#include <string>

#include "base/sys/fd.h"

namespace bench {

// "isolab-bench-PID", by the number that the host has for this program: the name of all that a run makes.
const std::string& run_name();

class Workspace {
 public:
  enum class Disk { host, own };  // own_disk.h
  // Makes the folder and the root file system from busybox and the workload program. WHY in the private view (private_view.h):
  // the tmpfs, and the own disk, are then gone with the benchmark.
  explicit Workspace(Disk disk = Disk::host);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  const std::string& path() const { return path_; }
  // For the report, what there is to say of an own disk.
  const std::string& disk() const { return disk_; }
  std::string rootfs() const { return path_ + "/rootfs"; }
  std::string archive() const { return path_ + "/image.tar"; }
  // Below it runtimes keep the state of containers. For root it is a tmpfs, as /run is (hier(7)); not so on every
  // machine that measures.
  std::string run_folder() const { return path_ + "/run"; }
  // A folder of its own for a platform's files, made on first use.
  std::string folder(const std::string& name) const;

 private:
  std::string path_, disk_;
  sys::UniqueFd lock_;  // on the folder: whose lock is free belongs to nobody
};

// The cgroup of this run, below which every platform that can be told so puts its own.
std::string cgroup_parent();
// Removes the cgroup of the run of that name from every hierarchy; what still holds a process stays.
void remove_cgroups(const std::string& run);

}  // namespace bench
