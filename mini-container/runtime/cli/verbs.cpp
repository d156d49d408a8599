// See verbs.h. Reads: runc(8), crun(1).
#include "mini-container/runtime/cli/verbs.h"

#include <CLI/CLI.hpp>

namespace cli {

namespace {

void add_id(CLI::App& verb, Options& options) {
  verb.add_option("CONTAINER", options.id, "its id")->required();
}

void add_bundle(CLI::App& verb, Options& options) {
  verb.add_option("-b,--bundle", options.run.launch.bundle, "directory of config.json")->type_name("DIR");
}

void add_terminal(CLI::App& verb, std::string& console_socket, std::string& pid_file, unsigned& preserve) {
  verb.add_option("--console-socket", console_socket, "gets the terminal's master end")->type_name("SOCKET");
  verb.add_option("--pid-file", pid_file, "gets the process's pid")->type_name("FILE");
  verb.add_option("--preserve-fds", preserve, "pass N descriptors on, after those of $LISTEN_FDS")
      ->type_name("N");
}

void add_create(CLI::App& verb, Options& options) {
  lifecycle::LaunchOptions& launch = options.run.launch;
  add_id(verb, options);
  add_bundle(verb, options);
  verb.add_option("-f,--config", launch.config_file, "the document, instead of config.json in the bundle")
      ->type_name("FILE");
  add_terminal(verb, launch.console_socket, launch.pid_file, options.preserve_fds);
  verb.add_flag("--no-new-keyring{false}", launch.new_keyring, "keep the caller's session keyring");
  verb.add_flag("--no-pivot{false}", launch.pivot,
                "chroot(2) instead of pivot_root(2), which no ramfs root allows; weaker");
  verb.add_flag_function(
      "--no-subreaper", [](std::int64_t) {}, "accepted: this runtime never adopts a container's orphans");
}

void add_run(CLI::App& verb, Options& options) {
  add_create(verb, options);
  verb.add_flag("-d,--detach", options.run.detach, "do not wait for its end");
  verb.add_flag("--keep", options.run.keep, "do not delete it at its end");
}

void add_kill(CLI::App& verb, Options& options) {
  add_id(verb, options);
  verb.add_option("SIGNAL", options.signal, "name or number; TERM if not given");
  verb.add_flag("-a,--all", options.all, "to all its processes");
}

void add_delete(CLI::App& verb, Options& options) {
  add_id(verb, options);
  verb.add_flag("-f,--force", options.force, "kill it first if it runs");
}

void add_format(CLI::App& verb, Options& options) {
  verb.add_option("-f,--format", options.format, "")->check(CLI::IsMember({"table", "json"}));
}

void add_list(CLI::App& verb, Options& options) {
  add_format(verb, options);
  verb.add_flag("-q,--quiet", options.quiet, "ids only");
}

void add_ps(CLI::App& verb, Options& options) {
  add_format(verb, options);
  add_id(verb, options);
  verb.add_option("OPTIONS", options.ps_arguments, "for ps(1), instead of -ef");
  // What follows the id belongs to ps.
  verb.positionals_at_end();
}

void add_exec(CLI::App& verb, Options& options) {
  lifecycle::ExecOptions& exec = options.exec;
  add_id(verb, options);
  verb.add_option("COMMAND", exec.arguments, "program and arguments");
  verb.add_option("-p,--process", exec.process_file, "a JSON file with the whole process")->type_name("FILE");
  verb.add_option("-e,--env", exec.environment, "NAME=value")->allow_extra_args(false);
  verb.add_option("--cwd", exec.cwd, "working directory")->type_name("DIR");
  verb.add_option("-u,--user", exec.user, "UID[:GID]");
  verb.add_option("-g,--additional-gids", exec.additional_gids, "add a group")->allow_extra_args(false);
  verb.add_option("-c,--cap", exec.capabilities, "add a capability")->allow_extra_args(false);
  verb.add_flag("-t,--tty", exec.terminal, "with a terminal");
  verb.add_flag("-d,--detach", exec.detach, "do not wait for its end");
  verb.add_flag("--no-new-privs", exec.no_new_privileges, "set no_new_privs");
  verb.add_option("--apparmor", exec.apparmor_profile, "AppArmor profile")->type_name("PROFILE");
  verb.add_option("--process-label", exec.selinux_label, "SELinux label")->type_name("LABEL");
  verb.add_option("--cgroup", exec.cgroups, "[CONTROLLER:]GROUP, an existing group below the container's")
      ->allow_extra_args(false);
  verb.add_flag("--ignore-paused", exec.ignore_paused, "also in a paused container; it runs once resumed");
  add_terminal(verb, exec.console_socket, exec.pid_file, options.preserve_fds);
  // What follows the program's name belongs to the program.
  verb.positionals_at_end();
}

struct LimitFlag {
  const char* names;
  const char* member;  // of linux.resources
  const char* what;
};

constexpr LimitFlag kLimitFlags[] = {
    {"--cpu-share,--cpu-shares", "cpu.shares", "relative weight; 1024 is the default of every group"},
    {"--cpu-quota", "cpu.quota", "microseconds of CPU in each period; -1 for no limit"},
    {"--cpu-period", "cpu.period", "length of a period in microseconds"},
    {"--cpu-burst", "cpu.burst", "microseconds that may be saved up from earlier periods"},
    {"--cpu-idle", "cpu.idle", "1: run only when nothing else wants to"},
    {"--cpu-rt-period", "cpu.realtimePeriod", "of realtime tasks, in microseconds"},
    {"--cpu-rt-runtime", "cpu.realtimeRuntime", "of realtime tasks, in microseconds"},
    {"--cpuset-cpus", "cpu.cpus", "CPUs to use: 0-2,7"},
    {"--cpuset-mems", "cpu.mems", "memory nodes to use"},
    {"--memory", "memory.limit", "in bytes, or with k, m or g; -1 for no limit"},
    {"--memory-reservation", "memory.reservation", "soft limit"},
    {"--memory-swap", "memory.swap", "memory and swap together; -1 for no limit"},
    {"--kernel-memory", "memory.kernel", "accepted: kernels no longer have such a limit"},
    {"--kernel-memory-tcp", "memory.kernelTCP", "accepted: kernels no longer have such a limit"},
    {"--pids-limit", "pids.limit", "processes and threads; -1 for no limit"},
    {"--blkio-weight", "blockIO.weight", "share of block I/O, 10 to 1000"},
    {"--l3-cache-schema", "intelRdt.l3CacheSchema", "refused: cache allocation is not supported"},
    {"--mem-bw-schema", "intelRdt.memBwSchema", "refused: cache allocation is not supported"},
};

void add_update(CLI::App& verb, Options& options) {
  add_id(verb, options);
  verb.add_option("-r,--resources", options.update.file,
                  "linux.resources as JSON, what is absent stays; - for standard input")
      ->type_name("FILE");
  for (const LimitFlag& flag : kLimitFlags) {
    const auto take = [&options, member = flag.member](const std::string& value) {
      options.update.flags.push_back({member, value});
    };
    verb.add_option_function<std::string>(flag.names, take, flag.what)->type_name("VALUE");
  }
}

void add_events(CLI::App& verb, Options& options) {
  add_id(verb, options);
  verb.add_flag("--stats", options.statistics_only, "print the statistics once");
  verb.add_option("--interval", options.interval, "between statistics: 500ms, 5s, 1m30s")->type_name("TIME");
}

void add_spec(CLI::App& verb, Options& options) {
  add_bundle(verb, options);
  verb.add_flag("--rootless", options.rootless_document, "for a caller that is not root");
}

void add_nothing(CLI::App&, Options&) {}

}  // namespace

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {
      {"create", "make a container; its program waits for start", add_create,
       "mini-runtime create --bundle /tmp/box --pid-file /tmp/box/pid box"},
      {"start", "start the program of a created container", add_id, "mini-runtime start box"},
      {"run", "create, start, wait, delete", add_run, "mini-runtime run --bundle /tmp/box box"},
      {"state", "print a container's state as JSON", add_id, "mini-runtime state box"},
      {"kill", "send a signal to a container's first process", add_kill, "mini-runtime kill --all box KILL"},
      {"delete", "remove what a container left", add_delete, "mini-runtime delete --force box"},
      {"list", "print all containers", add_list, "mini-runtime list --format json"},
      {"exec", "run another process in a running container", add_exec,
       "mini-runtime exec --env A=b --cwd /tmp box sh -c 'echo $A'"},
      {"pause", "freeze all processes of a container", add_id, "mini-runtime pause box"},
      {"resume", "let them go on", add_id, "mini-runtime resume box"},
      {"ps", "print the processes of a container", add_ps, "mini-runtime ps box -o pid,comm,pcpu"},
      {"update", "change the limits of a running container", add_update,
       "mini-runtime update --memory 128m --pids-limit 50 box"},
      {"events", "print what a container uses, and when it is out of memory", add_events,
       "mini-runtime events --interval 1s box"},
      {"spec", "write a config.json to start from", add_spec, "mini-runtime spec --bundle /tmp/box"},
      {"features", "print what this runtime can do as JSON", add_nothing, "mini-runtime features"},
      {"explain", "print what run would do, without doing it", add_bundle,
       "mini-runtime explain --bundle /tmp/box"},
  };
  return all;
}

}  // namespace cli
