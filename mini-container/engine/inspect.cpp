// See inspect.h.
#include "mini-container/engine/inspect.h"

#include <nlohmann/json.hpp>

#include "mini-container/engine/defaults.h"
#include "mini-container/engine/devices.h"
#include "mini-container/engine/parse.h"
#include "mini-container/network/definition.h"
#include "mini-container/network/ports.h"

namespace engine {

using nlohmann::ordered_json;

namespace {

ordered_json health(const Container& container) {
  ordered_json log = ordered_json::array();
  for (const ProbeResult& one : container.health.log) {
    log.push_back(
        {{"Start", one.start}, {"End", one.end}, {"ExitCode", one.exit_code}, {"Output", one.output}});
  }
  return {
      {"Status", health_name(container)}, {"FailingStreak", container.health.failing_streak}, {"Log", log}};
}

ordered_json state(const Container& container) {
  ordered_json shown = {{"Status", state_name(container)},      {"Running", container.running()},
                        {"Paused", container.paused},           {"Restarting", container.restarting()},
                        {"OOMKilled", container.out_of_memory}, {"Pid", container.pid},
                        {"ExitCode", container.exit_code},      {"Error", container.error},
                        {"StartedAt", container.started},       {"FinishedAt", container.finished}};
  if (probes(container.settings.healthcheck)) shown["Health"] = health(container);
  return shown;
}

ordered_json config(const Settings& settings) {
  ordered_json shown = {{"Hostname", settings.hostname},
                        {"User", settings.user},
                        {"Tty", settings.tty},
                        {"OpenStdin", settings.open_stdin},
                        {"Env", settings.env},
                        {"Cmd", settings.args},
                        {"Labels", settings.labels},
                        {"Image", settings.image},
                        {"WorkingDir", settings.working_directory}};
  for (const std::string& port : settings.exposed)
    shown["ExposedPorts"][port] = ordered_json::object();
  if (!settings.healthcheck.test.empty())
    shown["Healthcheck"] = ordered_json::parse(image::healthcheck_json(settings.healthcheck));
  return shown;
}

ordered_json devices(const Settings& settings) {
  ordered_json list = ordered_json::array();
  for (const std::string& text : settings.devices) {
    const DeviceRequest device = parse_device(text);
    list.push_back({{"PathOnHost", device.host},
                    {"PathInContainer", device.container},
                    {"CgroupPermissions", device.access}});
  }
  return list;
}

// "80/tcp" -> where on the host; `anywhere` is written for every address.
ordered_json bindings(const std::vector<std::string>& ports, const std::string& anywhere) {
  ordered_json shown = ordered_json::object();
  for (const std::string& text : ports) {
    const network::PortMapping port = network::parse_port(text);
    shown[network::container_end(port)].push_back(
        {{"HostIp", port.host_address.empty() ? anywhere : port.host_address},
         {"HostPort", port.host_port == 0 ? "" : std::to_string(port.host_port)}});
  }
  return shown;
}

ordered_json host_config(const Settings& settings, const std::string& runtime) {
  ordered_json security = ordered_json::array();
  if (settings.no_new_privileges) security.push_back("no-new-privileges");
  if (!settings.seccomp.empty()) security.push_back("seccomp=" + settings.seccomp);
  return {
      {"Binds", settings.volumes},
      {"NetworkMode", settings.network},
      {"AutoRemove", settings.remove},
      {"RestartPolicy", {{"Name", settings.restart.name}, {"MaximumRetryCount", settings.restart.retries}}},
      {"MemorySwap", settings.memory_swap},
      {"ReadonlyRootfs", settings.read_only},
      {"Init", settings.init},
      {"Privileged", settings.privileged},
      {"Devices", devices(settings)},
      {"CapAdd", settings.cap_add},
      {"CapDrop", settings.cap_drop},
      {"SecurityOpt", security},
      {"CpuShares", settings.cpu_shares},
      {"NanoCpus", settings.cpu_period == 0 ? settings.cpu_quota * 10'000 : 0},
      {"CpuPeriod", settings.cpu_period},
      {"CpuQuota", settings.cpu_quota},
      {"CpusetCpus", settings.cpuset},
      {"Memory", settings.memory},
      {"ShmSize", settings.shm_size == 0 ? kDefaultShmSize : settings.shm_size},
      {"OomScoreAdj", settings.oom_score_adj},
      {"PidMode", settings.pid_mode},
      {"IpcMode", settings.ipc_mode.empty() ? "private" : settings.ipc_mode},
      {"UTSMode", settings.uts_mode},
      {"Dns", settings.dns},
      {"ExtraHosts", settings.add_hosts},
      {"PortBindings", bindings(settings.ports, "")},
      {"PidsLimit", settings.pids_limit},
      {"BlkioWeight", settings.blkio_weight},
      {"Runtime", runtime}};
}

ordered_json mounts(const Paths& paths, const Settings& settings) {
  ordered_json list = ordered_json::array();
  for (const std::string& text : settings.volumes) {
    const Volume volume = parse_volume(text);
    ordered_json mount = {{"Type", volume.named() ? "volume" : "bind"}};
    if (volume.named()) mount["Name"] = volume.source;
    mount["Source"] = volume.named() ? paths.volumes + "/" + volume.source + "/_data" : volume.source;
    mount["Destination"] = volume.destination;
    mount["RW"] = !volume.read_only;
    list.push_back(std::move(mount));
  }
  return list;
}

ordered_json endpoint_json(const Paths& paths, const Container& container, const NetworkRequest& request) {
  Endpoint endpoint;
  for (const Endpoint& one : container.endpoints)
    if (one.network == request.name) endpoint = one;
  const std::string id =
      request.id.empty() ? network::predefined_networks(paths.networks).front().id : request.id;
  ordered_json aliases = request.aliases;
  if (!request.id.empty()) aliases.push_back(container.id.substr(0, 12));
  ordered_json asked;
  if (!request.address.empty()) asked["IPv4Address"] = request.address;
  if (!request.address6.empty()) asked["IPv6Address"] = request.address6;
  return {{"IPAMConfig", asked},
          {"Aliases", aliases},
          {"NetworkID", id},
          {"EndpointID", endpoint.network.empty() ? "" : network::digits_of(container.id + id)},
          {"Gateway", endpoint.gateway},
          {"IPAddress", endpoint.address},
          {"IPPrefixLen", endpoint.prefix},
          {"IPv6Gateway", endpoint.gateway6},
          {"GlobalIPv6Address", endpoint.address6},
          {"GlobalIPv6PrefixLen", endpoint.prefix6},
          {"MacAddress", endpoint.mac},
          {"Interface", endpoint.interface},
          {"HostLink", endpoint.host_link}};
}

ordered_json network_settings(const Paths& paths, const Container& container) {
  ordered_json ports = bindings(container.published, "0.0.0.0");
  for (const std::string& port : container.settings.exposed)
    if (!ports.contains(port)) ports[port] = nullptr;
  // As Docker: the members above Networks are those of the default network.
  Endpoint first;
  for (const Endpoint& endpoint : container.endpoints)
    if (endpoint.network_id.empty()) first = endpoint;
  ordered_json networks = ordered_json::object();
  for (const NetworkRequest& request : networks_of(container.settings))
    networks[request.name] = endpoint_json(paths, container, request);
  return {{"IPAddress", first.address}, {"IPPrefixLen", first.prefix}, {"Gateway", first.gateway},
          {"MacAddress", first.mac},    {"HostLink", first.host_link}, {"Ports", ports},
          {"Networks", networks}};
}

}  // namespace

std::string inspect_json(const Registry& registry, const std::vector<Container>& containers) {
  ordered_json list = ordered_json::array();
  for (const Container& container : containers) {
    const Settings& settings = container.settings;
    const std::string directory = registry.directory(container.id);
    list.push_back(
        {{"Id", container.id},
         {"Created", container.created},
         {"Path", settings.args.empty() ? "" : settings.args.front()},
         {"Args", std::vector<std::string>(settings.args.begin() + (settings.args.empty() ? 0 : 1),
                                           settings.args.end())},
         {"Name", "/" + container.name},
         {"State", state(container)},
         {"RestartCount", container.restarts},
         {"Image", container.image_id},
         {"Platform", "linux"},
         {"ResolvConfPath", directory + "/resolv.conf"},
         {"HostnamePath", directory + "/hostname"},
         {"HostsPath", directory + "/hosts"},
         {"GraphDriver",
          {{"Name", "overlay"},
           {"Data",
            {{"MergedDir", directory + "/rootfs"},
             {"UpperDir", directory + "/upper"},
             {"WorkDir", directory + "/work"}}}}},
         {"Bundle", directory},
         {"LogPath", directory + "/log"},
         {"CgroupPath", cgroup_path(registry.paths(), container.id)},
         {"Config", config(settings)},
         {"HostConfig", host_config(settings, settings.runtime.empty() ? "mini-runtime" : settings.runtime)},
         {"Mounts", mounts(registry.paths(), settings)},
         {"NetworkSettings", network_settings(registry.paths(), container)}});
  }
  return list.dump(4) + "\n";
}

}  // namespace engine
