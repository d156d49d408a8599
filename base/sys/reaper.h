// Reaps orphans that this process adopted (set_child_subreaper), while another thread waits for them to be gone.
//
// WHY: a library that daemonizes a program and later kills it asks kill(2) whether it has gone, and a zombie
// answers that it has not. PID 1 of a container may never reap. Not traced: it runs beside the story that a trace
// tells. Reads: waitid(2) WNOWAIT, PR_SET_CHILD_SUBREAPER of prctl(2), proc(5) comm.
#pragma once

#include <string>
#include <thread>

#include "base/sys/fd.h"

namespace sys {

class OrphanReaper {
 public:
  // Reaps only programs whose name (/proc/PID/comm) starts with `name`; others belong to whoever forked them.
  explicit OrphanReaper(std::string name);
  ~OrphanReaper();
  OrphanReaper(const OrphanReaper&) = delete;
  OrphanReaper& operator=(const OrphanReaper&) = delete;

 private:
  void work(int stop) const;
  std::string name_;
  Pipe stop_;
  std::thread thread_;
};

}  // namespace sys
