// What the runtime remembers of a container between its commands, and the state that the specification shows.
//
// The file is written before anything else is made, so that whatever a killed runtime left behind can be found again.
// Reads: OCI runtime-spec runtime.md (state), config-linux.md (the container process state), proc(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spec {

enum class Status { creating, created, running, paused, stopped };
std::string_view name_of(Status status);

// A cgroup directory of the container.
struct GroupDirectory {
  std::string name;  // "memory", "unified"
  std::string path;
};

struct State {
  std::string oci_version;
  std::string id;
  // Not in state.json: 0 until the first process exists. WHY two: pids are used again; the pair is not.
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  std::string bundle;
  std::string rootfs;
  std::string created;  // RFC 3339, UTC
  std::string owner;    // who made it
  std::map<std::string, std::string> annotations;
  std::vector<GroupDirectory> cgroups;
  bool own_pid_namespace = false;  // killing the first process then ends all of them
};

// For state.json.
std::string to_json(const State& state);
// Throws Invalid.
State parse_state(std::string_view text);

// For `state` and hooks: what the specification names, and what engines read beside it (rootfs, created, owner).
std::string to_oci_json(const State& state, Status status, int indentation = 2);

// For the listener of a seccomp filter, with the filter's descriptor beside it: whose calls it will be asked about.
std::string to_process_state_json(const State& state, Status status, pid_t pid, const std::string& metadata);

struct ListedContainer {
  State state;
  Status status;
};
std::string to_list_json(const std::vector<ListedContainer>& containers);

// {"level":"error","msg":"...","time":"..."}, one line of --log in json format.
std::string log_line(std::string_view level, std::string_view message, std::string_view time);

}  // namespace spec
