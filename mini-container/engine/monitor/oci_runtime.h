// The OCI runtime as a program: mini-runtime, crun or runc, called in the one way that all three understand.
//
// The engine knows nothing of namespaces or cgroups; it writes a bundle, and this class asks a program to make
// a container of it. Errors come back as the last "msg" of the runtime's JSON log.
// Reads: OCI runtime-spec runtime.md (operations), command-line of runc(8) and crun(1).
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "base/sys/process.h"

namespace engine {

// The runtime refused. exit_code() is what Docker's commands end with then: 126 when the program cannot be
// run, 127 when it is not there, else 125.
class RuntimeFailed : public std::runtime_error {
 public:
  explicit RuntimeFailed(const std::string& message);
  // With a code that is known already.
  RuntimeFailed(const std::string& message, int exit_code)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// 125, 126 or 127 for a runtime's error text.
int exit_code_of(const std::string& message);

// Standard descriptors for a container's process; -1 is /dev/null.
struct Stdio {
  int input = -1;
  int output = -1;
  int error = -1;
};

class OciRuntime {
 public:
  // `program` is a path or a name in PATH; `state` its --root; `log` a file for its errors.
  OciRuntime(std::string program, std::string state, std::string log);

  // Makes the container of `bundle`, stopped just before its program; returns the pid of its first process.
  // With a terminal, `console_socket` names the socket that receives its master end.
  pid_t create(const std::string& id, const std::string& bundle, const Stdio& stdio,
               const std::string& console_socket) const;
  void start(const std::string& id) const;
  // False if the runtime could not: the container has ended.
  bool kill(const std::string& id, int signal) const;
  // Freezes all its processes, and lets them go on.
  void pause(const std::string& id) const;
  void resume(const std::string& id) const;
  // New limits, from the file `resources`: linux.resources as far as they are to change.
  void update(const std::string& id, const std::string& resources) const;
  // Its processes, by the host's numbers.
  std::vector<pid_t> processes(const std::string& id) const;
  // delete --force: kills what still runs. Idempotent: no container of that name is no error.
  void remove(const std::string& id) const;
  // Starts the process described in the file `process`; returns its pid. It becomes a child of this process
  // if that is a subreaper.
  pid_t exec(const std::string& id, const std::string& process, const std::string& pid_file,
             const Stdio& stdio, const std::string& console_socket) const;

  const std::string& program() const { return program_; }

 private:
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  // Throws RuntimeFailed if there is no such program.
  sys::Child started(const std::vector<std::string>& arguments, const sys::SpawnOptions& options) const;
  // Runs to its end; throws RuntimeFailed.
  void run(const std::vector<std::string>& arguments, const Stdio& stdio) const;
  std::string last_error(const std::string& verb, int code) const;

  std::string program_;
  std::string state_;
  std::string log_;
};

}  // namespace engine
