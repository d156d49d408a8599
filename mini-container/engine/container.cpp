// See container.h.
#include "mini-container/engine/container.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text/text.h"

namespace image {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Healthcheck, test, interval, timeout, start_period,
                                                start_interval, retries)

}  // namespace image

namespace engine {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProbeResult, start, end, exit_code, output)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Health, status, failing_streak, log)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RestartPolicy, name, retries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NetworkRequest, name, id, aliases, address, address6)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    Settings, image, args, env, working_directory, user, hostname, tty, open_stdin, remove, read_only,
    network, ports, volumes, cpu_shares, cpu_quota, cpuset, memory, pids_limit, cap_add, cap_drop, seccomp,
    no_new_privileges, labels, restart, stop_signal, pid_mode, ipc_mode, uts_mode, add_hosts, dns, dns_search,
    dns_options, tmpfs, shm_size, ulimits, sysctls, oom_score_adj, log_max_size, log_max_file, memory_swap,
    runtime, init, privileged, devices, blkio_weight, networks, own_volumes, healthcheck, exposed, cpu_period)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Endpoint, network, network_id, interface, address, prefix,
                                                gateway, mac, host_link, address6, prefix6, gateway6, aliases,
                                                resolves_names, outward)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Container, id, name, image_id, created, settings, status, pid,
                                                exit_code, started, finished, out_of_memory, error, endpoints,
                                                published, restarts, stop_requested, health, renamed_from)

std::string to_json(const Container& container) {
  return nlohmann::json(container).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Container container_from_json(const std::string& text, const std::string& where) {
  try {
    return nlohmann::json::parse(text).get<Container>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(fmt::format("{}: not a container record: {}", where, error.what()));
  }
}

std::vector<NetworkRequest> networks_of(const Settings& settings) {
  const bool own =
      settings.network != "none" && settings.network != "host" && !settings.network.starts_with("container:");
  return own ? settings.networks : std::vector<NetworkRequest>();
}

std::optional<std::int64_t> seconds_of(const std::string& time) {
  std::tm parts{};
  if (::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return ::timegm(&parts);
}

std::int64_t nanoseconds_of(const std::string& time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::size_t point = time.find('.');
  const auto fraction = point == std::string::npos
                            ? std::nullopt
                            : text::number<std::int64_t>(std::string_view(time).substr(point + 1, 9));
  return seconds_of(time).value_or(0) * kSecond + fraction.value_or(0);
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  if (seconds < 120) return "About a minute";
  if (seconds < 3600) return fmt::format("{} minutes", seconds / 60);
  // As Docker: the nearest hour, and whole days, weeks, months and years below it.
  constexpr std::int64_t kHour = 3600, kDay = 24, kWeek = 7 * kDay, kMonth = 30 * kDay, kYear = 365 * kDay;
  const std::int64_t hours = (seconds + kHour / 2) / kHour;
  if (hours == 1) return "About an hour";
  if (hours < 2 * kDay) return fmt::format("{} hours", hours);
  if (hours < 2 * kWeek) return fmt::format("{} days", hours / kDay);
  if (hours < 2 * kMonth) return fmt::format("{} weeks", hours / kWeek);
  if (hours < 2 * kYear) return fmt::format("{} months", hours / kMonth);
  return fmt::format("{} years", hours / kYear);
}

std::string health_name(const Container& container) {
  if (!probes(container.settings.healthcheck)) return "none";
  // As Docker: nobody answers for what does not run.
  return container.running() ? container.health.status : kUnhealthy;
}

std::string state_name(const Container& container) {
  if (container.paused) return "paused";
  return container.status == "starting" ? "created" : container.status;
}

std::string status_text(const Container& container, std::int64_t now) {
  const auto since = [&](const std::string& time) {
    return duration_text(now - seconds_of(time).value_or(now));
  };
  if (container.running()) {
    const std::string health = health_name(container);
    const std::string shown = health == kStarting ? "health: starting" : health;
    return "Up " + since(container.started) +
           (container.paused   ? " (Paused)"
            : health == "none" ? ""
                               : " (" + shown + ")");
  }
  if (container.restarting()) {
    return fmt::format("Restarting ({}) {} ago", container.exit_code, since(container.finished));
  }
  if (container.status == "exited") {
    return fmt::format("Exited ({}) {} ago", container.exit_code, since(container.finished));
  }
  return "Created";
}

}  // namespace engine
