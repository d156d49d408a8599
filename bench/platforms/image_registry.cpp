// See image_registry.h.
#include "bench/platforms/image_registry.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/platforms/engine.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr const char* kAddress = "127.0.0.1:5000";

std::string configuration(const std::string& folder) {
  return fmt::format(
      "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
      "storage: {{filesystem: {{rootdirectory: {}/data}}}}\nhttp: {{addr: \"{}\"}}\n",
      folder, kAddress);
}

Arguments inside(const std::string& network_namespace, const Arguments& command) {
  if (network_namespace.empty()) return command;
  return joined({"nsenter", "--net=" + network_namespace}, command);
}

}  // namespace

std::string ImageRegistry::why_unusable() {
  for (const char* program : {"docker-registry", "skopeo"}) {
    if (find_program(program).empty())
      return fmt::format("{0} is not installed: apt-get install {0}", program);
  }
  return {};
}

std::string ImageRegistry::reference(const std::string& name) {
  return fmt::format("{}/{}", kAddress, name);
}

ImageRegistry::ImageRegistry(const Workspace& workspace, const std::string& network_namespace) {
  const std::string folder = workspace.folder("registry");
  sys::write_file_atomically(folder + "/config.yml", configuration(folder));
  const sys::UniqueFd log = sys::open(folder + "/log", O_WRONLY | O_CREAT | O_APPEND, 0600);
  sys::SpawnOptions options;
  options.output = options.error = log.get();
  options.own_session = true;
  run_or_throw(inside(network_namespace, {"ip", "link", "set", "lo", "up"}));
  server_ =
      sys::spawn(inside(network_namespace, {"docker-registry", "serve", folder + "/config.yml"}), options);
  for (int tries = 0; tries < 100; ++tries) {
    if (answers(network_namespace)) return;
    pause_for(100ms);
  }
  throw std::runtime_error("docker-registry did not start: " + sys::read_file(folder + "/log"));
}

bool ImageRegistry::answers(const std::string& network_namespace) const {
  const std::string root = fmt::format("http://{}/v2/", kAddress);
  return timed_run(inside(network_namespace, {"busybox", "wget", "-Y", "off", "-q", "-O", "-", root}), 5s)
             .status == 0;
}

void ImageRegistry::push(const std::string& archive, const std::string& reference) const {
  run_or_throw({"skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false",
                "docker-archive:" + archive, "docker://" + reference},
               300s);
}

}  // namespace bench
