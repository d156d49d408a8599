// See bundle.h.
#include "mini-container/engine/bundle.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text/text.h"
#include "mini-container/engine/capabilities.h"
#include "mini-container/engine/defaults.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/seccomp.h"

namespace engine {

using nlohmann::json;

namespace {

// Where a container with --init finds it; the name is Docker's.
constexpr const char* kInit = "/sbin/docker-init";

bool in_user_namespace(const BundleRequest& request) {
  return !request.ids.users.empty();
}

bool names_variable(const std::vector<std::string>& env, const std::string& name) {
  return std::any_of(env.begin(), env.end(),
                     [&](const std::string& entry) { return entry.starts_with(name + "="); });
}

// What a program finds in its environment: Docker's variables first, then the image's and the user's.
std::vector<std::string> environment(const Container& container, const std::vector<std::string>& asked,
                                     const std::string& home, bool tty) {
  std::vector<std::string> env;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!names_variable(asked, name)) env.push_back(name + "=" + value);
  };
  add("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  add("HOSTNAME", container.settings.hostname);
  if (tty) add("TERM", "xterm");
  env.insert(env.end(), asked.begin(), asked.end());
  add("HOME", home);
  return env;
}

json user(const users::Identity& identity) {
  json value = {{"uid", identity.uid}, {"gid", identity.gid}};
  if (!identity.groups.empty()) value["additionalGids"] = identity.groups;
  return value;
}

json capability_sets(Settings settings, const ExecRequest& request) {
  settings.privileged = settings.privileged || request.privileged;
  const auto names = capabilities_of(settings);
  json sets = {{"bounding", names}};
  // Only root holds them from the start; others may gain them by a program with file capabilities.
  sets["effective"] = sets["permitted"] = request.identity.uid == 0 ? names : std::vector<std::string>{};
  return sets;
}

// "nofile=64:128", checked before.
json rlimits(const Settings& settings) {
  json list = json::array();
  for (const std::string& text : settings.ulimits) {
    const Ulimit limit = parse_ulimit(text);
    list.push_back({{"type", limit.type}, {"soft", limit.soft}, {"hard", limit.hard}});
  }
  return list;
}

json process(const Container& container, const ExecRequest& request) {
  const Settings& settings = container.settings;
  return {{"terminal", request.tty},
          {"user", user(request.identity)},
          {"args", request.args},
          {"env", environment(container, request.env, request.identity.home, request.tty)},
          {"cwd", request.working_directory.empty() ? "/" : request.working_directory},
          {"capabilities", capability_sets(settings, request)},
          {"noNewPrivileges", settings.no_new_privileges},
          {"rlimits", rlimits(settings)},
          {"oomScoreAdj", settings.oom_score_adj}};
}

json bind_mount(const std::string& source, const std::string& destination, bool read_only) {
  return {{"destination", destination},
          {"type", "bind"},
          {"source", source},
          {"options", {"rbind", "rprivate", read_only ? "ro" : "rw"}}};
}

// "/run:size=64m,mode=1777": Docker's options unless others are given.
json tmpfs_mount(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  json options = {"noexec", "nosuid", "nodev"};
  for (const std::string_view option : text::words(std::string_view(text).substr(colon), ":,"))
    options.push_back(option);
  return {
      {"destination", text.substr(0, colon)}, {"type", "tmpfs"}, {"source", "tmpfs"}, {"options", options}};
}

// A privileged container may change what these say about the host.
void make_writable(json& mounts) {
  for (json& mount : mounts) {
    if (mount["type"] != "sysfs" && mount["type"] != "cgroup") continue;
    json& options = mount["options"];
    options.erase(std::remove(options.begin(), options.end(), "ro"), options.end());
  }
}

// With a single id there is no group 5 (tty) that they could belong to.
void leave_out_group_of_terminals(json& mounts) {
  for (json& mount : mounts) {
    json& options = mount["options"];
    options.erase(std::remove(options.begin(), options.end(), "gid=5"), options.end());
  }
}

json mounts(const BundleRequest& request) {
  json list = default_mounts(request.container.settings.shm_size);
  if (request.container.settings.privileged) make_writable(list);
  if (in_user_namespace(request) && !request.ids.has_others()) leave_out_group_of_terminals(list);
  if (!request.init_program.empty()) list.push_back(bind_mount(request.init_program, kInit, true));
  for (const char* name : {"resolv.conf", "hostname", "hosts"}) {
    list.push_back(bind_mount(request.directory + "/" + name, std::string("/etc/") + name, false));
  }
  for (const std::string& text : request.container.settings.tmpfs)
    list.push_back(tmpfs_mount(text));
  for (const Volume& volume : request.volumes) {
    list.push_back(bind_mount(volume.source, volume.destination, volume.read_only));
  }
  return list;
}

// As Docker: as much swap as memory, if nothing else is asked. SPEC: the OCI document's swap is the sum of both.
json memory(const Settings& settings, bool swap_accounted) {
  json value = {{"limit", settings.memory}};
  if (settings.memory_swap != 0) {
    value["swap"] = settings.memory_swap;
  } else if (swap_accounted) {
    value["swap"] = 2 * settings.memory;
  }
  return value;
}

json limits(const Settings& settings, bool swap_accounted) {
  json value = json::object();
  json cpu = json::object();
  if (settings.cpu_shares > 0) cpu["shares"] = settings.cpu_shares;
  if (settings.cpu_quota > 0) {
    cpu["quota"] = settings.cpu_quota;
    cpu["period"] = settings.cpu_period > 0 ? settings.cpu_period : 100'000;
  }
  if (!settings.cpuset.empty()) cpu["cpus"] = settings.cpuset;
  if (!cpu.empty()) value["cpu"] = cpu;
  if (settings.memory > 0) value["memory"] = memory(settings, swap_accounted);
  if (settings.pids_limit != 0) value["pids"] = {{"limit", settings.pids_limit}};
  if (settings.blkio_weight != 0) value["blockIO"] = {{"weight", settings.blkio_weight}};
  return value;
}

const char* kind_of(const Device& device) {
  return S_ISBLK(device.mode) ? "b" : "c";
}

json devices(const std::vector<Device>& devices) {
  constexpr mode_t kPermissions = 07777;
  json list = json::array();
  for (const Device& device : devices) {
    list.push_back({{"path", device.path},
                    {"type", kind_of(device)},
                    {"major", major(device.number)},
                    {"minor", minor(device.number)},
                    {"fileMode", device.mode & kPermissions},
                    {"uid", device.uid},
                    {"gid", device.gid}});
  }
  return list;
}

json device_rules(const BundleRequest& request) {
  if (request.container.settings.privileged) return json::array({{{"allow", true}, {"access", "rwm"}}});
  json rules = default_device_rules();
  for (const Device& device : request.devices) {
    rules.push_back({{"allow", true},
                     {"type", kind_of(device)},
                     {"major", major(device.number)},
                     {"minor", minor(device.number)},
                     {"access", device.access}});
  }
  return rules;
}

json resources(const BundleRequest& request) {
  json value = limits(request.container.settings, request.swap_accounted);
  value["devices"] = device_rules(request);
  return value;
}

json namespaces(const BundleRequest& request) {
  const Settings& settings = request.container.settings;
  json list = {{{"type", "mount"}}, {{"type", "cgroup"}}};
  const auto add = [&](const char* type, const std::string& mode) {
    // "host": no entry, so that the host's is kept.
    if (mode == "host") return;
    json entry = {{"type", type}};
    if (const auto joined = request.joined.find(type); joined != request.joined.end())
      entry["path"] = joined->second;
    list.push_back(std::move(entry));
  };
  add("pid", settings.pid_mode);
  add("ipc", settings.ipc_mode);
  add("uts", settings.uts_mode);
  add("network", settings.network);
  // WHY one of its own: its root then has no power over the mounts and links of the engine's, where it is root too.
  if (in_user_namespace(request)) list.push_back({{"type", "user"}});
  return list;
}

// SPEC: user_namespaces(7): each line of a map lies within one line of the map around it.
json same_ids(const std::vector<sys::IdRange>& ranges) {
  json list = json::array();
  for (const sys::IdRange& range : ranges)
    list.push_back({{"containerID", range.first}, {"hostID", range.first}, {"size", range.count}});
  return list;
}

void map_ids(json& linux, const BundleRequest& request) {
  linux["uidMappings"] = same_ids(request.ids.users);
  linux["gidMappings"] = same_ids(request.ids.groups);
  // What control groups there may be is the runtime's to find out: only the host's root may make one at "/".
  linux["cgroupsPath"] = request.cgroup_path.substr(1);
}

json linux_part(const BundleRequest& request) {
  const Settings& settings = request.container.settings;
  json value = {{"namespaces", namespaces(request)},
                {"cgroupsPath", request.cgroup_path},
                {"resources", resources(request)}};
  if (!settings.privileged) {
    value["maskedPaths"] = masked_paths();
    value["readonlyPaths"] = readonly_paths();
  }
  if (in_user_namespace(request)) map_ids(value, request);
  if (!request.devices.empty()) value["devices"] = devices(request.devices);
  if (!settings.sysctls.empty()) value["sysctl"] = settings.sysctls;
  const auto capabilities = capabilities_of(settings);
  if (settings.seccomp.empty()) {
    if (!settings.privileged) value["seccomp"] = seccomp_for(capabilities);
  } else if (settings.seccomp != "unconfined") {
    value["seccomp"] = seccomp_from_file(request.seccomp_file, settings.seccomp, capabilities);
  }
  return value;
}

}  // namespace

std::string bundle_config(const BundleRequest& request) {
  const Container& container = request.container;
  const Settings& settings = container.settings;
  ExecRequest main_process = {settings.args, settings.env, settings.working_directory, request.identity,
                              settings.tty};
  if (!request.init_program.empty()) main_process.args.insert(main_process.args.begin(), {kInit, "--"});
  json config = {{"ociVersion", "1.0.2"},
                 {"process", process(container, main_process)},
                 {"root", {{"path", "rootfs"}, {"readonly", settings.read_only}}},
                 {"hostname", settings.hostname},
                 {"mounts", mounts(request)},
                 {"linux", linux_part(request)}};
  // Less than what the user's own programs have is not an ordinary user's to set.
  if (in_user_namespace(request) && settings.oom_score_adj == 0) config["process"].erase("oomScoreAdj");
  // Another's name is not this container's to change.
  if (!settings.uts_mode.empty()) config.erase("hostname");
  return config.dump();
}

std::string limits_document(const Settings& settings, bool swap_accounted) {
  return limits(settings, swap_accounted).dump();
}

std::string exec_process(const Container& container, const ExecRequest& request) {
  return process(container, request).dump();
}

}  // namespace engine
