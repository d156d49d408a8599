// The namespaces in which the benchmark itself runs, so that what the engines leave behind (bridges, firewall rules, bind
// mounts, daemons, containers) goes with it and is never the host's.
//
//     bench                    as it was started; passes signals on, waits
//       PID 1 of the view      killed with bench, however that ends; the kernel then kills all that is in the namespace
//         the benchmark        and whatever it starts
//
// WHY a process between: orphans are PID 1's children, and an engine that waits for a process to be gone waits for its parent
// to reap it. The benchmark itself waits for nobody it does not know.
// Reads: unshare(2), pid_namespaces(7), mount_namespaces(7), network_namespaces(7), prctl(2) PR_SET_PDEATHSIG, cgroups(7).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

// Runs `work` in the view, with notes of what is different there for the report's environment, and returns its exit status.
// Without root nothing is different. ORDER: watch_for_interruption() has been called.
int in_private_view(const std::function<int(const std::vector<std::string>& notes)>& work);

// The exit status of `work`; of what it throws it tells on standard error.
int exit_status_of(const std::function<int()>& work);

}  // namespace bench
