// Descriptors that the caller passes on to the program: those of a service manager that listens on its behalf
// ($LISTEN_FDS, from 3 up), then N more of --preserve-fds. Reads: sd_listen_fds(3), runc(8).
#pragma once

#include <string>
#include <vector>

namespace lifecycle {

struct PassedDescriptors {
  unsigned count = 0;      // 3 .. 2+count stay open
  unsigned listening = 0;  // of them, the first are $LISTEN_FDS
  std::string names;       // $LISTEN_FDNAMES, if set
};

// Closes what the caller has open and did not count, but for those of its trace, and for the one that `document` names if
// it is /dev/fd/N, as a shell's <(...) is. ORDER: before this program opens anything
// but the trace. WHY not close-on-exec alone: a created container waits, perhaps for hours, and would hold it where the
// container's /proc shows it (CVE-2024-21626).
void close_uninvited(unsigned preserve_fds, const std::string& document);

// Warns of one that is not open. Throws spec::Invalid for more than a thousand.
PassedDescriptors passed_descriptors(unsigned preserve_fds);

// LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES for the program, which is this process. Empty when nothing listens.
std::vector<std::string> listen_environment(const PassedDescriptors& passed);

}  // namespace lifecycle
