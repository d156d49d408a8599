// A container as the engine records it: what the user asked for, and what has become of it.
//
// The record is CONTAINER/container.json, replaced whole by rename(2), so a reader sees the old one or the new
// one. Who may write, and when: registry.h.
// Reads: rename(2), flock(2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/engine/health.h"

namespace engine {

// Whether a container that has ended is started again: "no", "on-failure", "always", "unless-stopped".
struct RestartPolicy {
  std::string name = "no";
  int retries = 0;  // of on-failure; 0 for any number
};

// A network that a container is attached to whenever it runs.
struct NetworkRequest {
  std::string name = "bridge";
  std::string id = {};                    // "" for the default network
  std::vector<std::string> aliases = {};  // what others find it by, besides its name
  std::string address = {};               // --ip; "" for the next that is free
  std::string address6 = {};              // --ip6
  bool has_address() const { return !address.empty() || !address6.empty(); }
};

// What `run` was asked for, after the image's configuration has filled the gaps. Zero or empty: not asked for.
struct Settings {
  std::string image;              // as the user named it
  std::vector<std::string> args;  // entrypoint and command
  std::vector<std::string> env;   // "NAME=value"
  std::string working_directory;
  std::string user;
  std::string hostname;
  bool tty = false;
  bool open_stdin = false;
  bool remove = false;  // --rm
  bool read_only = false;
  bool init = false;                 // --init: a first process of ours before the program
  bool privileged = false;           // --privileged: see docs/commands.md for what that gives up
  std::vector<std::string> devices;  // "/host[:/container][:rwm]"
  std::string network = "bridge";    // "none", "host", "container:NAME", or the name of a network
  std::vector<NetworkRequest> networks = {NetworkRequest()};  // see networks_of()
  std::vector<std::string> ports;                             // network::to_string form
  std::vector<std::string> exposed;      // "80/tcp": the image's and --expose's, published or not
  std::vector<std::string> volumes;      // "source:/destination[:ro]", sources absolute
  std::vector<std::string> own_volumes;  // names, of those, that nobody gave: they go with the container
  std::uint64_t cpu_shares = 0;
  std::int64_t cpu_quota = 0;   // microseconds of each period
  std::int64_t cpu_period = 0;  // microseconds; 0 for 100,000
  std::string cpuset;
  std::int64_t memory = 0;       // bytes
  std::int64_t memory_swap = 0;  // bytes of both together; -1 for no limit, 0 for twice the memory
  std::int64_t pids_limit = 0;
  std::uint16_t blkio_weight = 0;  // 10 to 1000
  std::vector<std::string> cap_add, cap_drop;
  std::string seccomp;  // "" for the default profile, "unconfined", or a file
  bool no_new_privileges = false;
  std::map<std::string, std::string> labels;
  RestartPolicy restart;
  std::string stop_signal;  // "" for SIGTERM
  // Namespaces that are not its own: "" for a new one, "host", or "container:NAME".
  std::string pid_mode, ipc_mode, uts_mode;
  std::vector<std::string> add_hosts;  // "name:address"
  std::vector<std::string> dns, dns_search, dns_options;
  std::vector<std::string> tmpfs;    // "/path" or "/path:options"
  std::int64_t shm_size = 0;         // bytes; 0 for 64 MiB
  std::vector<std::string> ulimits;  // "name=soft:hard"
  std::map<std::string, std::string> sysctls;
  int oom_score_adj = 0;
  std::int64_t log_max_size = 0;  // bytes a log file may have before it is rotated; 0 for no end
  int log_max_file = 1;           // how many are kept
  Healthcheck healthcheck;
  std::string runtime;  // program; "" for mini-runtime beside this program
};

// How it is connected to one network while it runs, as `inspect` shows it.
struct Endpoint {
  std::string network, network_id;
  std::string interface;  // "eth0"
  std::string address;
  unsigned prefix = 0;
  std::string gateway;
  std::string mac;
  std::string host_link;
  std::string address6;
  unsigned prefix6 = 0;
  std::string gateway6;
  std::vector<std::string> aliases;
  bool resolves_names = false;  // its gateway is a name server
  bool outward = false;         // the way out, and published ports, lead through here
};

struct Container {
  std::string id;
  std::string name;
  std::string image_id;
  std::string created;  // RFC 3339
  Settings settings;
  // At rest "created" (never started) or "exited"; under a guardian "starting", "running", or "restarting" while it waits
  // to be started again.
  std::string status = "created";
  std::int64_t pid = 0;  // while running
  int exit_code = 0;
  std::string started, finished;
  bool out_of_memory = false;  // the kernel has ended some of its processes for that, in its last run
  std::string error;           // why it did not start, or was ended by us
  std::vector<Endpoint> endpoints;
  std::vector<std::string> published;  // its ports while it runs, random ones with their number
  int restarts = 0;                    // since somebody started it
  bool stop_requested = false;         // by `stop`, `kill` or `rm`: its restart policy is not asked
  Health health;                       // as its probes left it; of a container that has none, empty
  std::string renamed_from;            // while a renaming is under way: the name that its link still has
  // Asked of the kernel whenever the record is read, not recorded: its processes are frozen.
  bool paused = false;

  bool leads_out() const {
    return std::any_of(endpoints.begin(), endpoints.end(), [](const Endpoint& one) { return one.outward; });
  }
  bool restarting() const { return status == "restarting"; }
  bool running() const { return status == "running"; }
  bool at_rest() const { return status == "created" || status == "exited"; }
};

// The networks that it is attached to when it runs: none without a network namespace of its own.
std::vector<NetworkRequest> networks_of(const Settings& settings);
// "starting", "healthy", "unhealthy", or "none" without a health check.
std::string health_name(const Container& container);

// What Docker calls its state: "created", "running", "paused", "restarting", "exited".
std::string state_name(const Container& container);

std::string to_json(const Container& container);
// Throws std::runtime_error that names `where` for what is no record.
Container container_from_json(const std::string& text, const std::string& where);

// "running" for a second glance: "Up 5 minutes", "Exited (0) 2 hours ago", as ps shows it.
std::string status_text(const Container& container, std::int64_t now);
// Seconds since 1970; nullopt for what is no RFC 3339 time in UTC.
std::optional<std::int64_t> seconds_of(const std::string& time);
// The same in nanoseconds, 0 for what is none.
std::int64_t nanoseconds_of(const std::string& time);
// "5 minutes", "About an hour".
std::string duration_text(std::int64_t seconds);

}  // namespace engine
