// See parse.h.
#include "mini-container/engine/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "base/text/signals.h"
#include "base/text/text.h"
#include "base/text/time.h"

namespace engine {

namespace {

// The number at the start of `text`, and what follows it in lower case.
std::pair<double, std::string> number_and_rest(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string rest;
  for (const char* letter = end; letter != text.data() + text.size(); ++letter) {
    rest += static_cast<char>(std::tolower(static_cast<unsigned char>(*letter)));
  }
  if (error != std::errc() || !std::isfinite(value)) return {-1, rest};
  return {value, rest};
}

}  // namespace

std::int64_t parse_bytes(const std::string& text) {
  const auto [value, rest] = number_and_rest(text);
  static constexpr std::string_view units = "bkmgt";
  std::string unit = rest.empty() ? "b" : rest;
  if (unit.size() == 3 && unit.ends_with("ib")) unit.resize(1);
  if (unit.size() == 2 && unit.back() == 'b') unit.resize(1);
  const std::size_t power = unit.size() == 1 ? units.find(unit.front()) : std::string_view::npos;
  const double bytes = power == std::string_view::npos ? -1 : value * std::pow(1024.0, power);
  if (value < 0 || bytes < 0 || bytes > 9e18) {
    throw std::invalid_argument(
        fmt::format("invalid size \"{}\": expected for example 512k, 64m or 1.5g", text));
  }
  return static_cast<std::int64_t>(bytes);
}

std::int64_t parse_swap(const std::string& text) {
  return text == "-1" ? -1 : parse_bytes(text);
}

namespace {

// Whoever shares another container's network has that one's name and files, too.
void check_shared_network(const Settings& settings) {
  if (!settings.network.starts_with("container:")) return;
  if (settings.network == "container:")
    throw std::invalid_argument("Invalid network mode: invalid container format container:<name|id>");
  const auto refuse = [](bool given, const char* what) {
    if (given) throw std::invalid_argument(fmt::format("conflicting options: {} network mode", what));
  };
  refuse(!settings.hostname.empty(), "hostname and the");
  refuse(!settings.dns.empty(), "dns and the");
  refuse(!settings.add_hosts.empty(), "custom host-to-IP mapping and the");
  refuse(!settings.ports.empty(), "port publishing and the container type");
}

// sched-bwc.rst: what the kernel takes, so that the mistake is told by its flag.
void check_processor_time(const Settings& settings) {
  constexpr std::int64_t kLeast = 1000, kLongest = 1'000'000;
  if (settings.cpu_quota > 0 && settings.cpu_quota < kLeast)
    throw std::invalid_argument(
        "CPU cfs quota can not be less than 1ms (i.e. 1000). Next: a larger --cpu-quota");
  if (settings.cpu_period != 0 && (settings.cpu_period < kLeast || settings.cpu_period > kLongest)) {
    throw std::invalid_argument(
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000). Next: another "
        "--cpu-period");
  }
}

}  // namespace

void check_settings(const Settings& settings) {
  check_shared_network(settings);
  if (settings.uts_mode == "host" && !settings.hostname.empty())
    throw std::invalid_argument("conflicting options: hostname and the UTS mode");
  if (settings.remove && settings.restart.name != "no")
    throw std::invalid_argument("Conflicting options: --restart and --rm. Next: leave one of them out");
  if (settings.memory_swap != 0 && settings.memory == 0) {
    throw std::invalid_argument(
        "You should always set the Memory limit when using Memoryswap limit. Next: --memory, too");
  }
  if (settings.memory_swap > 0 && settings.memory_swap < settings.memory) {
    throw std::invalid_argument(
        "Minimum memoryswap limit should be larger than memory limit. Next: --memory-swap is the sum of "
        "both");
  }
  check_processor_time(settings);
  // SPEC: Docker's own bound: with less, not even the first process starts.
  constexpr std::int64_t kLeastMemory = 6 << 20;
  if (settings.memory != 0 && settings.memory < kLeastMemory)
    throw std::invalid_argument("Minimum memory limit allowed is 6MB. Next: a larger --memory");
  constexpr int kLeast = 10, kMost = 1000;
  if (settings.blkio_weight != 0 && (settings.blkio_weight < kLeast || settings.blkio_weight > kMost))
    throw std::invalid_argument("Range of blkio weight is from 10 to 1000");
}

std::int64_t parse_cpus(const std::string& text) {
  const auto [value, rest] = number_and_rest(text);
  // The kernel takes no quota below 1 ms.
  if (value < 0.01 || value > 8192 || !rest.empty()) {
    throw std::invalid_argument(
        fmt::format("invalid number of cpus \"{}\": expected for example 0.5 or 2", text));
  }
  return std::llround(value * 100'000);
}

int parse_signal(const std::string& text) {
  if (const auto signal = text::signal_number(text)) return *signal;
  throw std::invalid_argument(fmt::format("Invalid signal: {}. Next: for example TERM, SIGINT or 9", text));
}

namespace {

std::string moment(double seconds) {
  const double whole = std::floor(seconds);
  return text::utc_time(static_cast<std::int64_t>(whole), std::llround((seconds - whole) * 1e9));
}

}  // namespace

std::string parse_moment(const std::string& text, double now) {
  if (const auto ago = text::duration(text); ago && text != "0")
    return moment(now - static_cast<double>(*ago) / 1e9);
  if (const auto seconds = text::number<double>(text)) return moment(*seconds);
  static constexpr std::string_view form = "0000-00-00T00:00:00.000000000";
  const std::string given = text.ends_with('Z') ? text.substr(0, text.size() - 1) : text;
  bool fits = given.size() >= 10 && given.size() <= form.size();
  for (std::size_t index = 0; fits && index < given.size(); ++index) {
    const bool digit = std::isdigit(static_cast<unsigned char>(given[index])) != 0;
    fits = form[index] == '0' ? digit : given[index] == form[index];
  }
  if (!fits) {
    throw std::invalid_argument(
        fmt::format("invalid time \"{}\": expected for example 2026-01-31T10:20:30Z, 1769854830, or 10m for "
                    "ten minutes ago",
                    text));
  }
  return given + std::string(form.substr(given.size())) + "Z";
}

RestartPolicy parse_restart(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  RestartPolicy policy = {text.substr(0, colon), 0};
  const auto retries = text::number<int>(std::string_view(text).substr(std::min(colon + 1, text.size())));
  const bool counted = colon < text.size();
  const bool known = policy.name == "no" || policy.name == "always" || policy.name == "unless-stopped";
  if (known && counted) {
    throw std::invalid_argument(fmt::format(
        "maximum retry count cannot be used with restart policy '{}'. Next: on-failure:MAX", policy.name));
  }
  if (policy.name == "on-failure" && counted && retries.value_or(-1) < 0) {
    throw std::invalid_argument(
        fmt::format("maximum retry count cannot be negative: '{}'. Next: on-failure:MAX", text));
  }
  if (!known && policy.name != "on-failure") {
    throw std::invalid_argument(fmt::format(
        "invalid restart policy '{}'. Next: no, on-failure[:MAX], always or unless-stopped", policy.name));
  }
  policy.retries = retries.value_or(0);
  return policy;
}

Volume parse_volume(const std::string& text) {
  const auto parts = text::split(text, ':');
  Volume volume;
  bool good = !parts.empty() && parts.size() <= 3;
  if (parts.size() == 1) {
    volume.destination = parts[0];
  } else if (good) {
    volume.source = parts[0];
    volume.destination = parts[1];
    good = !volume.source.empty();
  }
  if (parts.size() == 3) {
    volume.read_only = parts[2] == "ro";
    good = good && (parts[2] == "ro" || parts[2] == "rw");
  }
  if (volume.named() && volume.source.find('/') != std::string::npos) good = false;
  if (volume.source == "." || volume.source == "..") good = false;
  if (!good || volume.destination.size() < 2 || volume.destination.front() != '/') {
    throw std::invalid_argument(fmt::format(
        "invalid volume \"{}\": expected /host/path:/path[:ro] or name:/path[:ro], with absolute paths",
        text));
  }
  return volume;
}

std::string to_string(const Volume& volume) {
  return fmt::format("{}:{}{}", volume.source, volume.destination, volume.read_only ? ":ro" : "");
}

}  // namespace engine
