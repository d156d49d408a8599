// Whether what runs in a container works, as Docker tells it: a command is run in it now and then, and its exit codes make
// it "healthy" or "unhealthy". Until the first good answer it is "starting".
//
//   guardian: a timer --> mini-container probe ID --> OCI runtime exec --> the command, in the container
//
// WHY the guardian does not do it itself: records, journal and JSON would be in its memory for as long as the container
// runs. Each probe is a short-lived command of the engine, as its end is (finish). Reads: docker-run(1), timerfd_create(2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mini-container/image/image.h"

namespace engine {

using image::Healthcheck;

struct ProbeResult {
  std::string start, end;  // RFC 3339
  int exit_code = 0;       // -1 for one that took too long
  std::string output;      // its first 4 KiB
};

struct Health {
  std::string status;
  int failing_streak = 0;
  std::vector<ProbeResult> log;  // the last five, oldest first
};

inline constexpr char kHealthy[] = "healthy";
inline constexpr char kUnhealthy[] = "unhealthy";
inline constexpr char kStarting[] = "starting";

// Whether there is anything to run.
bool probes(const Healthcheck& check);
// Its command as execve(2) takes it.
std::vector<std::string> probe_command(const Healthcheck& check);
// What was asked for, and for the rest what the image says.
Healthcheck merged(const Healthcheck& asked, const Healthcheck& images);
// With Docker's numbers for what was not said.
Healthcheck with_defaults(Healthcheck check);
// What one more result makes of it. `age` is how long the container ran when the probe began, in nanoseconds.
Health judged(Health health, const ProbeResult& result, const Healthcheck& check, std::int64_t age);

}  // namespace engine
