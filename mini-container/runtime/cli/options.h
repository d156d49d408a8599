// The command line, with the flag names of runc and crun, since engines are written against those. Flags may stand
// before or after the verb. Reads: runc(8), crun(1), OCI runtime command line interface.
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/lifecycle/commands.h"

namespace cli {

struct Options {
  std::string root;  // of the state directories
  std::string log, log_format = "text";
  bool debug = false;
  bool explain = false, step = false;
  std::string trace;
  bool systemd_cgroup = false;
  std::string cgroup_manager = "cgroupfs", rootless = "auto";

  std::string verb;
  std::string id;
  std::string format = "table";  // of list and ps
  bool quiet = false;
  bool force = false, all = false;
  std::string signal = "TERM";
  bool rootless_document = false;  // of spec
  lifecycle::RunOptions run;       // of create and run
  lifecycle::ExecOptions exec;
  std::vector<std::string> ps_arguments;
  lifecycle::UpdateOptions update;
  unsigned preserve_fds = 0;     // of create, run and exec
  bool statistics_only = false;  // of events
  std::string interval = "5s";
};

// Parses; on --help, --version or a mistake prints what is due and returns its exit code instead of true.
struct ParseResult {
  bool go_on = false;
  int exit_code = 0;
};
ParseResult parse(int argc, char** argv, Options& options);

// What --version prints, under the name by which `program` was called.
std::string version_text(const std::string& program);

// Carries the verb out. Returns the exit code; throws what the lifecycle throws.
int act(const Options& options);

// "9", "KILL", "SIGKILL", "kill", "RTMIN+3" -> number. Throws spec::Invalid.
int signal_number(const std::string& text);

// "500ms", "1m30s", "5" (seconds) -> milliseconds. Throws spec::Invalid for what is no time or not above zero.
std::chrono::milliseconds interval(const std::string& text);

}  // namespace cli
