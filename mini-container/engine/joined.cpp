// See joined.h.
#include "mini-container/engine/joined.h"

#include <fmt/format.h>

#include <stdexcept>

#include "mini-container/engine/files.h"

namespace engine {

namespace {

constexpr std::string_view kOfContainer = "container:";

// The container that `mode` names, which must run. `what` is how Docker calls the namespace.
Container joined(const Registry& registry, const std::string& mode, const char* what) {
  Container other = registry.get(mode.substr(kOfContainer.size()));
  if (!other.running()) {
    throw std::runtime_error(
        fmt::format("cannot join {} of a non running container: {}. Next: mini-container start {}", what,
                    other.id, other.name));
  }
  return other;
}

}  // namespace

std::map<std::string, std::string> joined_namespaces(const Registry& registry, const Settings& settings) {
  struct Kind {
    const char* type;  // of the OCI document
    const char* file;  // below /proc/PID/ns
    const char* name;
    const std::string& mode;
  };
  const Kind kinds[] = {{"pid", "pid", "PID", settings.pid_mode},
                        {"ipc", "ipc", "IPC", settings.ipc_mode},
                        {"uts", "uts", "UTS", settings.uts_mode},
                        {"network", "net", "network", settings.network}};
  std::map<std::string, std::string> paths;
  for (const Kind& kind : kinds) {
    if (!kind.mode.starts_with(kOfContainer)) continue;
    const Container other = joined(registry, kind.mode, kind.name);
    paths[kind.type] = fmt::format("/proc/{}/ns/{}", other.pid, kind.file);
  }
  return paths;
}

void write_name_files(const Registry& registry, Container& container) {
  Settings& settings = container.settings;
  const std::string directory = registry.directory(container.id);
  if (!settings.network.starts_with(kOfContainer)) return write_network_files(directory, container);
  const Container other = joined(registry, settings.network, "network");
  settings.hostname = other.settings.hostname;
  registry.change(container.id, [&](Container& record) { record.settings.hostname = settings.hostname; });
  share_network_files(directory, registry.directory(other.id));
}

}  // namespace engine
