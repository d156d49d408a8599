// The words of the command line as values: sizes, shares of a processor, volumes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "mini-container/engine/container.h"

namespace engine {

// "64m", "1.5g", "1024", "100kb": bytes, with Docker's suffixes b k m g t. Throws std::invalid_argument.
std::int64_t parse_bytes(const std::string& text);

// As parse_bytes, and -1 for no limit.
std::int64_t parse_swap(const std::string& text);

// Refuses settings that contradict each other, with std::invalid_argument in Docker's words.
void check_settings(const Settings& settings);

// "0.5" processors as microseconds of each 100,000. Throws std::invalid_argument.
std::int64_t parse_cpus(const std::string& text);

// As base/text/signals.h reads them. Throws std::invalid_argument.
int parse_signal(const std::string& text);

// A time as logs have it, "2026-01-31T10:20:30.000000000Z". Taken are the beginnings of that ("2026-01-31"), seconds since
// 1970, and what was so long ago: "90s", "1h30m". `now` in seconds since 1970. Throws std::invalid_argument.
std::string parse_moment(const std::string& text, double now);

// "no", "on-failure", "on-failure:3", "always", "unless-stopped". Throws std::invalid_argument.
RestartPolicy parse_restart(const std::string& text);

// "nofile=64:128" or "nofile=64": a limit of setrlimit(2) as the OCI document has it. Throws std::invalid_argument.
struct Ulimit {
  std::string type;  // "RLIMIT_NOFILE"
  std::uint64_t soft = 0, hard = 0;
};
Ulimit parse_ulimit(const std::string& text);

// What --mount says: `type=bind|volume|tmpfs,source=...,target=...[,readonly]`. It goes to the volumes, or to the tmpfs
// mounts, of `settings`. Throws std::invalid_argument; a bind source must be there, which that of -v need not be.
void add_mount(Settings& settings, const std::string& text);

struct Volume {
  std::string source;       // a host path (absolute), or a volume's name, or empty for a new anonymous one
  std::string destination;  // absolute, in the container
  bool read_only = false;
  bool named() const { return source.empty() || source.front() != '/'; }
};

// "/host/path:/path[:ro|rw]", "name:/path", "/path". Throws std::invalid_argument that shows the form.
Volume parse_volume(const std::string& text);
std::string to_string(const Volume& volume);

// Docker's rules for the names of volumes and for the options of its driver "local". Throw std::invalid_argument.
void check_volume_name(const std::string& name);
void check_volume_options(const std::string& name, const std::map<std::string, std::string>& options);

}  // namespace engine
