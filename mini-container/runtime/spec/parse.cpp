// See parse.h: the document and what every platform has: root, mounts, hooks. parse_process.cpp has the process.
#include "mini-container/runtime/spec/parse.h"

#include "mini-container/runtime/spec/readers.h"

namespace spec {

void read(const Node& node, IdMapping& mapping) {
  node.require("containerID", mapping.container_id);
  node.require("hostID", mapping.host_id);
  node.require("size", mapping.size);
}

void read(const Node& node, Mount& mount) {
  node.require("destination", mount.destination);
  node.get("type", mount.type);
  node.get("source", mount.source);
  node.get("options", mount.options);
  node.get("uidMappings", mount.uid_mappings);
  node.get("gidMappings", mount.gid_mappings);
}

void read(const Node& node, Root& root) {
  node.require("path", root.path);
  node.get("readonly", root.readonly);
}

void read(const Node& node, Hook& hook) {
  node.require("path", hook.path);
  node.get("args", hook.args);
  node.get("env", hook.env);
  node.get("timeout", hook.timeout);
}

void read(const Node& node, Hooks& hooks) {
  node.get("prestart", hooks.prestart);
  node.get("createRuntime", hooks.create_runtime);
  node.get("createContainer", hooks.create_container);
  node.get("startContainer", hooks.start_container);
  node.get("poststart", hooks.poststart);
  node.get("poststop", hooks.poststop);
}

void read(const Node& node, Config& config) {
  node.require("ociVersion", config.oci_version);
  node.get("process", config.process);
  node.require("root", config.root);
  node.get("hostname", config.hostname);
  node.get("domainname", config.domainname);
  node.get("mounts", config.mounts);
  node.get("hooks", config.hooks);
  node.get("annotations", config.annotations);
  node.get("linux", config.linux);
  for (const char* platform : {"windows", "solaris", "vm", "zos"})
    node.refuse(platform, "this runtime makes Linux containers only");
}

namespace {

template <class Value>
Value parse(std::string_view text, const std::string& name) {
  const Document document(text, name);
  Value value;
  read(Node(document), value);
  return value;
}

}  // namespace

Config parse_config(std::string_view text) {
  return parse<Config>(text, "config.json");
}

Process parse_process(std::string_view text) {
  return parse<Process>(text, "process");
}

Resources parse_resources(std::string_view text) {
  return parse<Resources>(text, "resources");
}

}  // namespace spec
