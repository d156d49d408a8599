// Runs a piece of a test inside a container made of the runtime's mechanisms alone (no lifecycle, no JSON), and
// brings what it saw back as text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"
#include "tests/support/temporary_folder.h"

namespace inside {

// A temporary directory of the host with a rootfs in it, and the host's state around it.
class Place {
 public:
  Place();

  const std::string& directory() const { return folder_.path(); }
  std::string rootfs(const std::string& path = "") const { return directory() + "/rootfs" + path; }
  // Empty when the host's mounts and /dev are as they were at the beginning, else what differs.
  std::string host_changes() const;

 private:
  support::TemporaryFolder folder_{"inside"};
  std::vector<std::string> mounts_;
  std::vector<std::string> devices_;
};

// A document with new namespaces, proc, tmpfs on /dev, devpts, /dev/shm: what engines ask for.
spec::Config usual_config();

struct Result {
  std::string text;   // what `body` returned
  std::string error;  // what() of what was thrown instead
};
// Builds the rootfs in new mount, pid, ipc, uts and network namespaces, restricts and enters it, then runs
// `body` there. `before_pivot`, if any, runs after build().
Result run(const spec::Config& config, const Place& place, const std::function<std::string()>& body,
           const std::function<std::string(int root)>& before_pivot = {});
// The same in a user namespace besides, where root is the host's user 100000.
Result run_in_user_namespace(const spec::Config& config, const Place& place,
                             const std::function<std::string()>& body);

// For bodies: the first line of a file or "errno NAME"; whether a file can be made.
std::string read(const std::string& path);
std::string write(const std::string& path, const std::string& text);
std::string list(const std::string& path);

}  // namespace inside
