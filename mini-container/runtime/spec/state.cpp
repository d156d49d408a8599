// See state.h.
#include "mini-container/runtime/spec/state.h"

#include <nlohmann/json.hpp>

#include "mini-container/runtime/spec/node.h"

namespace spec {

void read(const Node& node, GroupDirectory& group) {
  node.require("name", group.name);
  node.require("path", group.path);
}

namespace {

// Text from bundles may hold any bytes; JSON may not.
std::string dump(const nlohmann::ordered_json& value, int indentation) {
  return value.dump(indentation, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json oci_object(const State& state, Status status) {
  nlohmann::ordered_json object = {{"ociVersion", state.oci_version},
                                   {"id", state.id},
                                   // SPEC: REQUIRED while created or running; engines expect 0 when stopped.
                                   {"pid", status == Status::stopped ? 0 : state.pid},
                                   {"status", name_of(status)},
                                   {"bundle", state.bundle},
                                   {"rootfs", state.rootfs},
                                   {"created", state.created},
                                   {"owner", state.owner}};
  if (!state.annotations.empty()) object["annotations"] = state.annotations;
  return object;
}

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::creating:
      return "creating";
    case Status::created:
      return "created";
    case Status::running:
      return "running";
    case Status::paused:
      return "paused";
    case Status::stopped:
      return "stopped";
  }
  return "?";
}

std::string to_json(const State& state) {
  nlohmann::ordered_json groups = nlohmann::ordered_json::array();
  for (const GroupDirectory& group : state.cgroups)
    groups.push_back({{"name", group.name}, {"path", group.path}});
  nlohmann::ordered_json object = {{"ociVersion", state.oci_version},
                                   {"id", state.id},
                                   {"bundle", state.bundle},
                                   {"rootfs", state.rootfs},
                                   {"created", state.created},
                                   {"owner", state.owner},
                                   {"annotations", state.annotations},
                                   {"cgroups", std::move(groups)},
                                   {"ownPidNamespace", state.own_pid_namespace}};
  return dump(object, -1) + "\n";
}

State parse_state(std::string_view text) {
  const Document document(text, "state.json");
  const Node node(document);
  State state;
  node.require("ociVersion", state.oci_version);
  node.require("id", state.id);
  node.require("bundle", state.bundle);
  node.require("rootfs", state.rootfs);
  node.require("created", state.created);
  node.get("owner", state.owner);
  node.get("annotations", state.annotations);
  node.require("ownPidNamespace", state.own_pid_namespace);
  node.get("cgroups", state.cgroups);
  return state;
}

std::string to_oci_json(const State& state, Status status, int indentation) {
  return dump(oci_object(state, status), indentation) + "\n";
}

std::string to_process_state_json(const State& state, Status status, pid_t pid, const std::string& metadata) {
  nlohmann::ordered_json object = {{"ociVersion", state.oci_version}, {"fds", {"seccompFd"}}, {"pid", pid}};
  if (!metadata.empty()) object["metadata"] = metadata;
  object["state"] = oci_object(state, status);
  return dump(object, -1);
}

std::string to_list_json(const std::vector<ListedContainer>& containers) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ListedContainer& container : containers)
    all.push_back(oci_object(container.state, container.status));
  return dump(all, -1) + "\n";
}

std::string log_line(std::string_view level, std::string_view message, std::string_view time) {
  return dump({{"level", level}, {"msg", message}, {"time", time}}, -1) + "\n";
}

}  // namespace spec
