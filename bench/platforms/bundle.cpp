// See bundle.h.
#include "bench/platforms/bundle.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"

namespace bench {

namespace {

using nlohmann::json;

constexpr const char* kProfile = "/usr/share/containers/seccomp.json";

const std::vector<std::string>& docker_capabilities() {
  static const std::vector<std::string> names = {
      "CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FSETID",  "CAP_FOWNER",           "CAP_MKNOD",
      "CAP_SETGID", "CAP_SETUID",       "CAP_SETFCAP", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",
      "CAP_KILL",   "CAP_SYS_CHROOT",   "CAP_SETPCAP", "CAP_AUDIT_WRITE"};
  return names;
}

json mounts() {
  const auto mount = [](const char* target, const char* type, json options) {
    return json{{"destination", target}, {"type", type}, {"source", type}, {"options", std::move(options)}};
  };
  return json::array({mount("/proc", "proc", {"nosuid", "noexec", "nodev"}),
                      mount("/dev", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
                      mount("/dev/pts", "devpts",
                            {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
                      mount("/dev/shm", "tmpfs", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}),
                      mount("/dev/mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
                      mount("/sys", "sysfs", {"nosuid", "noexec", "nodev", "ro"})});
}

json linux_part(const std::string& cgroup, BundleKind kind) {
  json part = {
      {"cgroupsPath", cgroup},
      {"namespaces", json::array()},
      {"maskedPaths",
       {"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"}},
      {"readonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
  for (const char* kind_of_namespace : {"pid", "network", "ipc", "uts", "mount"})
    part["namespaces"].push_back({{"type", kind_of_namespace}});
  if (kind != BundleKind::plain) {
    part["resources"] = {{"memory", {{"limit", kMemoryLimit}}},
                         {"cpu", {{"shares", kCpuShares}, {"period", kCpuPeriod}, {"quota", kCpuQuota}}},
                         {"pids", {{"limit", kPidsLimit}}}};
  }
  if (kind == BundleKind::full) {
    if (json profile = seccomp_profile(docker_capabilities()); !profile.is_null()) part["seccomp"] = profile;
  }
  return part;
}

bool contains(const json& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Whether a rule of the profile is for this architecture and these capabilities.
bool applies(const json& rule, const std::vector<std::string>& capabilities) {
  const json only = rule.value("includes", json::object());
  const json never = rule.value("excludes", json::object());
  const auto held = [&](const json& name) {
    return std::find(capabilities.begin(), capabilities.end(), name.get<std::string>()) != capabilities.end();
  };
  if (only.contains("arches") && !contains(only["arches"], "amd64")) return false;
  if (never.contains("arches") && contains(never["arches"], "amd64")) return false;
  const json needed = only.value("caps", json::array());
  const json forbidden = never.value("caps", json::array());
  return std::all_of(needed.begin(), needed.end(), held) &&
         std::none_of(forbidden.begin(), forbidden.end(), held);
}

}  // namespace

std::string suffix_of(BundleKind kind) {
  if (kind == BundleKind::full) return "";
  return kind == BundleKind::limited ? "-limited" : "-plain";
}

json resolve_profile(const json& profile, const std::vector<std::string>& capabilities) {
  json resolved = {{"defaultAction", profile.at("defaultAction")},
                   {"architectures", {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}},
                   {"syscalls", json::array()}};
  if (profile.contains("defaultErrnoRet")) resolved["defaultErrnoRet"] = profile["defaultErrnoRet"];
  for (const json& rule : profile.at("syscalls")) {
    if (!applies(rule, capabilities)) continue;
    json kept = {{"names", rule.at("names")}, {"action", rule.at("action")}};
    if (rule.contains("errnoRet")) kept["errnoRet"] = rule["errnoRet"];
    if (rule.contains("args") && rule["args"].is_array() && !rule["args"].empty())
      kept["args"] = rule["args"];
    resolved["syscalls"].push_back(std::move(kept));
  }
  return resolved;
}

json seccomp_profile(const std::vector<std::string>& capabilities) {
  const auto text = sys::read_file_if_present(kProfile);
  if (!text) return nullptr;
  try {
    return resolve_profile(json::parse(*text), capabilities);
  } catch (const json::exception& error) {
    throw std::runtime_error(fmt::format("{} is no seccomp profile: {}", kProfile, error.what()));
  }
}

json bundle_config(const std::string& rootfs, const std::vector<std::string>& arguments,
                   const std::string& cgroup, BundleKind kind) {
  const auto& capabilities = docker_capabilities();
  return {{"ociVersion", "1.0.2"},
          {"hostname", "bench"},
          {"root", {{"path", rootfs}, {"readonly", false}}},
          {"process",
           {{"terminal", false},
            {"user", {{"uid", 0}, {"gid", 0}}},
            {"args", arguments},
            {"env", {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
            {"cwd", "/"},
            {"noNewPrivileges", true},
            {"capabilities",
             {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}},
            {"rlimits", {{{"type", "RLIMIT_NOFILE"}, {"hard", 1024}, {"soft", 1024}}}}}},
          {"mounts", mounts()},
          {"linux", linux_part(cgroup, kind)}};
}

}  // namespace bench
