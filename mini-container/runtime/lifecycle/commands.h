// The verbs that act on containers. Each reads as a table of contents; the command line (cli/) only fills options in
// and turns exceptions into messages and exit codes. Reads: OCI runtime-spec runtime.md (operations).
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "mini-container/runtime/lifecycle/container.h"
#include "mini-container/runtime/lifecycle/launch.h"
#include "mini-container/runtime/spec/state.h"
#include "mini-container/runtime/spec/update.h"

namespace lifecycle {

// A container whose program waits to be started.
void create(const LaunchOptions& options);
void start(const std::string& root, const std::string& id);

struct RunOptions {
  LaunchOptions launch;
  bool detach = false;
  bool keep = false;  // do not delete it when it ends
};
// create, start, wait, delete in one process. Returns the program's exit code, 0 if detached.
int run(const RunOptions& options);

// To the first process, or to all. Throws if the container is not running.
void kill(const std::string& root, const std::string& id, int signal, bool all);
void pause(const std::string& root, const std::string& id);
void resume(const std::string& root, const std::string& id);
std::vector<pid_t> processes(const std::string& root, const std::string& id);
// What ps(1) says about them, header first; `arguments` are ps's own, which must leave it a column PID.
std::string process_table(const std::string& root, const std::string& id,
                          const std::vector<std::string>& arguments);

// Removes what a container, whole or half made, has left. `force` kills it first, and finds nothing to do fine.
void remove(const std::string& root, const std::string& id, bool force);

std::vector<spec::ListedContainer> list(const std::string& root);

struct ExecOptions {
  std::string root, id;
  std::string process_file;  // of --process; empty: the container's own process with the changes below
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string cwd, user;  // empty: unchanged
  std::vector<gid_t> additional_gids;
  bool terminal = false;
  bool no_new_privileges = false;
  std::vector<std::string> capabilities;
  std::string apparmor_profile, selinux_label;
  std::vector<std::string> cgroups;  // "[CONTROLLER:]GROUP" below the container's
  bool ignore_paused = false;
  std::string console_socket, pid_file;
  PassedDescriptors passed;
  bool detach = false;
};
// Another process in a running container. Returns its exit code, 0 if detached.
int exec(const ExecOptions& options);

struct UpdateOptions {
  std::string root, id;
  std::string file;                       // linux.resources as JSON, "-" for standard input; or
  std::vector<spec::ResourceFlag> flags;  // single members of it
};
// Other limits for a running container: all of them, or none if one is refused.
void update(const UpdateOptions& options);

// Statistics as one line of JSON in the shape of runc's `events --stats`.
std::string statistics(const std::string& root, const std::string& id);
// Hands `line` the statistics every `interval`, and out-of-memory events as they come, until the container ends.
void events(const std::string& root, const std::string& id, std::chrono::milliseconds interval,
            const std::function<void(const std::string&)>& line);

// The plans of a bundle, for a person. Makes no kernel object.
std::string explain(const std::string& bundle, const std::string& id);

// What this runtime can do, as JSON; and the version of the library that makes its filters.
std::string features();
std::string seccomp_library_version();

}  // namespace lifecycle
