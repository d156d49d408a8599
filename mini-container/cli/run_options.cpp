// The options that `run` and `create` share, and the values that they become. See run_options.h.
#include "mini-container/cli/run_options.h"

#include <fmt/format.h>

#include "base/text/text.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/engine/capabilities.h"
#include "mini-container/engine/devices.h"
#include "mini-container/engine/files.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/network/ports.h"
#include "mini-container/network/subnet.h"
#include "mini-container/network/subnet6.h"

namespace cli {

namespace {

void add_process_options(CLI::App& run, RunOptions& options) {
  run.add_flag("-i,--interactive", options.request.settings.open_stdin, "Keep standard input open");
  run.add_flag("-t,--tty", options.request.settings.tty, "Give the program a terminal");
  run.add_option("-e,--env", options.env, "Set a variable: NAME=value, or NAME to pass on the caller's")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("--env-file", options.env_files, "Variables from a file, a line each")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("--stop-signal", options.request.settings.stop_signal, "What `stop` begins with (TERM)");
  run.add_option("-w,--workdir", options.request.settings.working_directory, "Working directory");
  run.add_option("-u,--user", options.request.settings.user, "User: name or uid, with :group or :gid");
  run.add_flag("--init", options.request.settings.init,
               "A first process of ours before the program: passes signals on, reaps orphans");
  run.add_option("--entrypoint", options.entrypoint, "Program instead of the image's entrypoint");
  run.add_option("-h,--hostname", options.request.settings.hostname, "Host name (default: the short id)");
}

void add_isolation_options(CLI::App& run, RunOptions& options) {
  engine::Settings& settings = options.request.settings;
  const auto list = [&run](const char* name, std::vector<std::string>& values, const char* help) {
    run.add_option(name, values, help)->take_all()->allow_extra_args(false);
  };
  list("-v,--volume", settings.volumes, "Mount: /host/path:/path[:ro] or volume:/path[:ro]");
  list("-p,--publish", settings.ports, "Publish a port: [[ip:][host]:]container[/tcp|udp], or ranges");
  list("--expose", settings.exposed, "Note a port as one that others may ask for: 80, 53/udp, 8000-8009");
  run.add_flag("-P,--publish-all", options.request.publish_all,
               "Publish all exposed ports, each at a free port of the host");
  run.add_option("--network,--net", settings.network,
                 "A network by name or id, bridge, host, none, or container:NAME")
      ->capture_default_str();
  list("--network-alias,--net-alias", options.request.wishes.aliases, "Another name for it in its network");
  run.add_option("--ip", options.request.wishes.address, "Its IPv4 address in its network");
  run.add_option("--ip6", options.request.wishes.address6, "Its IPv6 address in its network");
  list("--cap-add", settings.cap_add, "Keep a capability more: NET_ADMIN, ALL ...");
  list("--cap-drop", settings.cap_drop, "Keep a capability less: CHOWN, ALL ...");
  list("--security-opt", options.security, "no-new-privileges, seccomp=unconfined or seccomp=FILE");
  run.add_flag("--privileged", settings.privileged,
               "All capabilities and devices, nothing hidden, no filter: root inside is root of the host");
  list("--device", settings.devices, "A device of the host: /dev/fuse[:/dev/name][:rwm]");
  run.add_option("--userns", options.userns, "host: the only one, as ids are not mapped here");
  run.add_option("--pid", settings.pid_mode, "Whose processes it sees: host, or container:NAME");
  run.add_option("--ipc", settings.ipc_mode,
                 "Whose shared memory and queues: private, host, or container:NAME");
  run.add_option("--uts", settings.uts_mode, "Whose host name: host, or container:NAME");
  list("--mount", options.mounts, "Mount: type=bind|volume|tmpfs,source=...,target=...[,readonly]");
  list("--tmpfs", settings.tmpfs, "Mount a file system in memory: /path[:size=64m,mode=1777]");
  list("--volumes-from", options.request.volumes_from, "The volumes of another container: NAME[:ro]");
  list("--add-host", settings.add_hosts, "A line more in /etc/hosts: NAME:ADDRESS");
  list("--dns", settings.dns, "Name server, in the place of the host's");
  list("--dns-search", settings.dns_search, "Domain that short names are looked up in");
  list("--dns-option,--dns-opt", settings.dns_options, "Option of resolv.conf(5): ndots:2");
  list("--sysctl", options.sysctls, "Parameter of its namespaces: net.ipv4.ip_forward=1");
  run.add_flag("--read-only", settings.read_only, "Make the root file system read-only");
}

void add_resource_options(CLI::App& run, RunOptions& options) {
  run.add_option("-c,--cpu-shares", options.request.settings.cpu_shares,
                 "Weight when processors are short (1024 is the normal one)");
  run.add_option("--cpus", options.cpus, "At most so many processors: 0.5, 2");
  run.add_option("--cpuset-cpus", options.request.settings.cpuset,
                 "Run on these processors only: 0, 0-2, 1,3");
  run.add_option("-m,--memory", options.memory, "At most so much memory: 64m, 1g");
  run.add_option("--memory-swap", options.swap, "At most so much memory and swap together; -1 for any");
  run.add_option("--cpu-quota", options.request.settings.cpu_quota,
                 "Microseconds of each period on a processor");
  run.add_option("--cpu-period", options.request.settings.cpu_period, "Microseconds of a period (100000)");
  run.add_option("--oom-score-adj", options.request.settings.oom_score_adj,
                 "How soon the kernel ends it when memory is short: -1000 to 1000")
      ->check(CLI::Range(-1000, 1000));
  run.add_option("--shm-size", options.shm_size, "Size of /dev/shm (64m)");
  run.add_option("--ulimit", options.request.settings.ulimits, "Limit of setrlimit(2): nofile=1024:2048")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("--blkio-weight", options.request.settings.blkio_weight,
                 "Weight when disks are short: 10 to 1000");
  run.add_option("--gpus", options.gpus, "Refused: there is no driver for GPUs here");
  run.add_option("--pids-limit", options.request.settings.pids_limit, "At most so many processes");
}

void add_engine_options(CLI::App& run, RunOptions& options, Context& context) {
  run.add_flag("--rm", options.request.settings.remove, "Forget the container when it has ended");
  run.add_option("--name", options.request.name, "Name (default: a random one)");
  run.add_option("--pull", options.pull, "Ask the image's registry: always, missing or never")
      ->check(CLI::IsMember({"always", "missing", "never"}))
      ->capture_default_str();
  run.add_option("--platform", options.platform, "Image for this OS/ARCHITECTURE, if there are several");
  run.add_option("--cidfile", options.request.id_file, "Write the id to a file, which must not be there");
  run.add_option("--restart", options.restart, "When it ends: no, on-failure[:MAX], always, unless-stopped");
  run.add_option("--log-opt", options.log,
                 "max-size=SIZE rotates the log there, max-file=NUMBER keeps so many")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("-l,--label", options.labels, "A name and a value that filters and inspect show: NAME=value")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("--runtime", options.request.settings.runtime,
                 "OCI runtime: a path, or crun, runc ... (default: mini-runtime)");
  run.add_flag("--explain", context.trace.explain, "Tell every phase and kernel call on standard error");
  run.add_flag("--step", context.trace.step, "Wait for Enter before each phase, show what it changed");
  run.add_option("--trace", context.trace.file, "Append every phase and kernel call to FILE, as JSON lines");
}

std::pair<std::string, std::string> name_and_value(const std::string& text, const char* flag) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw std::invalid_argument(std::string(flag) + " " + text + ": expected NAME=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// A range is one port after the other.
void expand_ports(std::vector<std::string>& ports) {
  std::vector<std::string> expanded;
  for (const std::string& text : ports)
    for (const network::PortMapping& port : network::parse_ports(text))
      expanded.push_back(network::to_string(port));
  ports = expanded;
}

bool is_address(const std::string& text) {
  try {
    if (text.find(':') == std::string::npos)
      network::parse_address(text);
    else
      network::parse_address6(text);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

// In Docker's words.
[[noreturn]] void refuse_argument(const std::string& text, const char* flag, const std::string& why) {
  throw std::invalid_argument(fmt::format("invalid argument \"{}\" for \"{}\" flag: {}", text, flag, why));
}

void check_host(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0)
    refuse_argument(text, "--add-host", "bad format for add-host: \"" + text + "\". Next: NAME:ADDRESS");
  const std::string address = text.substr(colon + 1);
  if (address != engine::kHostGateway && !is_address(address))
    refuse_argument(text, "--add-host", "invalid IP address in add-host: \"" + address + "\"");
}

// Of a namespace that may be another's.
void check_mode(const std::string& flag, const std::string& mode) {
  if (mode.empty() || mode == "host" || (mode.starts_with("container:") && mode.size() > 10)) return;
  throw std::invalid_argument(flag + " " + mode + ": expected host, or container:NAME");
}

void apply_log_option(engine::Settings& settings, const std::string& option) {
  const std::size_t equals = std::min(option.find('='), option.size());
  const std::string name = option.substr(0, equals);
  const std::string value = option.substr(std::min(equals + 1, option.size()));
  const auto files = text::number<int>(value);
  if (name == "max-size") {
    settings.log_max_size = engine::parse_bytes(value);
  } else if (name == "max-file" && files.value_or(0) > 0) {
    settings.log_max_file = *files;
  } else {
    throw std::invalid_argument("--log-opt " + option + ": expected max-size=SIZE or max-file=NUMBER");
  }
}

void apply_security_option(engine::Settings& settings, const std::string& option) {
  if (option == "apparmor=unconfined" || option == "label=disable") return;  // as it is
  if (option == "no-new-privileges" || option == "no-new-privileges=true" ||
      option == "no-new-privileges:true") {
    settings.no_new_privileges = true;
  } else if (option.starts_with("seccomp=")) {
    settings.seccomp = option.substr(8);
  } else {
    throw std::invalid_argument("--security-opt " + option +
                                ": expected no-new-privileges, seccomp=unconfined or seccomp=FILE");
  }
}

void apply_process_options(engine::Settings& settings, const RunOptions& options) {
  settings.env = variables(options.env_files, options.env);
  for (const std::string& text : options.sysctls)
    settings.sysctls.insert(name_and_value(text, "--sysctl"));
  if (!settings.stop_signal.empty()) engine::parse_signal(settings.stop_signal);
}

void apply_isolation_options(engine::Settings& settings, const RunOptions& options) {
  for (const std::string& option : options.security)
    apply_security_option(settings, option);
  engine::effective_capabilities(settings.cap_add, settings.cap_drop);
  for (const std::string& volume : settings.volumes)
    engine::parse_volume(volume);
  for (const std::string& text : options.mounts)
    engine::add_mount(settings, text);
  expand_ports(settings.ports);
  if (settings.network == "default") settings.network = "bridge";
  for (const std::string& text : settings.add_hosts)
    check_host(text);
  // WHY here: a wrong one would only be noticed when a program asks for a name, and waits.
  for (const std::string& text : settings.dns)
    if (!is_address(text)) refuse_argument(text, "--dns", text + " is not an ip address");
  check_mode("--pid", settings.pid_mode);
  // As here in any case: it is the container's own, and others may join.
  if (settings.ipc_mode == "private" || settings.ipc_mode == "shareable") settings.ipc_mode.clear();
  check_mode("--ipc", settings.ipc_mode);
  check_mode("--uts", settings.uts_mode);
  if (!options.userns.empty() && options.userns != "host")
    throw std::invalid_argument(
        "--userns " + options.userns +
        ": invalid USER mode: ids are not mapped in root's containers. Next: host, or "
        "an ordinary user's mini-container, whose ids all are");
  for (const std::string& text : settings.devices)
    engine::parse_device(text);
}

void apply_resource_options(engine::Settings& settings, const RunOptions& options) {
  if (!options.gpus.empty()) {
    throw std::invalid_argument(
        "could not select device driver \"\" with capabilities: [[gpu]]: this engine has none for GPUs. "
        "Next: leave --gpus out");
  }
  if (!options.cpus.empty()) {
    if (settings.cpu_quota != 0 || settings.cpu_period != 0)
      throw std::invalid_argument(
          "Conflicting options: Nano CPUs and CPU Quota cannot both be set. Next: --cpus alone");
    settings.cpu_quota = engine::parse_cpus(options.cpus);
  }
  if (!options.memory.empty()) settings.memory = engine::parse_bytes(options.memory);
  if (!options.swap.empty()) settings.memory_swap = engine::parse_swap(options.swap);
  if (!options.shm_size.empty()) settings.shm_size = engine::parse_bytes(options.shm_size);
  for (const std::string& text : settings.ulimits)
    engine::parse_ulimit(text);
}

void apply_engine_options(engine::Settings& settings, const RunOptions& options) {
  if (!options.restart.empty()) settings.restart = engine::parse_restart(options.restart);
  for (const std::string& option : options.log)
    apply_log_option(settings, option);
  settings.labels = key_values(options.labels);
}

}  // namespace

void add_run_options(CLI::App& command, RunOptions& options, Context& context) {
  add_process_options(command, options);
  add_isolation_options(command, options);
  add_resource_options(command, options);
  add_engine_options(command, options, context);
  add_health_options(command, options.health);
}

engine::RunRequest finish_options(const RunOptions& options) {
  engine::RunRequest request = options.request;
  apply_process_options(request.settings, options);
  apply_isolation_options(request.settings, options);
  apply_resource_options(request.settings, options);
  apply_engine_options(request.settings, options);
  request.settings.healthcheck = healthcheck_of(options.health);
  engine::check_settings(request.settings);
  if (!request.name.empty()) engine::check_name(request.name);
  if (options.entrypoint_given()) request.entrypoint = options.entrypoint;
  return request;
}

}  // namespace cli
