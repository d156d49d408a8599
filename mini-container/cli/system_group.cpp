// `info`, `version`, `system info`, `system check`, and the group `system` itself. See commands.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/template.h"
#include "mini-container/engine/system_info.h"
#include "mini-container/image/check.h"

namespace cli {

namespace {

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_array() ? fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), " "))
                          : value.dump();
}

// As Docker: a line a member, those of the containers below their sum.
std::string info_text(const Json& info) {
  constexpr std::pair<const char*, const char*> kLines[] = {{"Containers", "Containers"},
                                                            {" Running", "ContainersRunning"},
                                                            {" Paused", "ContainersPaused"},
                                                            {" Stopped", "ContainersStopped"},
                                                            {"Images", "Images"},
                                                            {"Server Version", "ServerVersion"},
                                                            {"Storage Driver", "Driver"},
                                                            {"Logging Driver", "LoggingDriver"},
                                                            {"Cgroup Driver", "CgroupDriver"},
                                                            {"Cgroup Version", "CgroupVersion"},
                                                            {"Default Runtime", "DefaultRuntime"},
                                                            {"Security Options", "SecurityOptions"},
                                                            {"Kernel Version", "KernelVersion"},
                                                            {"Operating System", "OperatingSystem"},
                                                            {"OSType", "OSType"},
                                                            {"Architecture", "Architecture"},
                                                            {"CPUs", "NCPU"},
                                                            {"Total Memory", "MemTotal"},
                                                            {"Name", "Name"},
                                                            {"Docker Root Dir", "DockerRootDir"}};
  std::string text;
  for (const auto& [label, member] : kLines) {
    const bool bytes = std::string_view(member) == "MemTotal";
    text += fmt::format(
        " {}: {}\n", label,
        bytes ? text::size_text(info.at(member).get<std::uint64_t>()) : value_text(info.at(member)));
  }
  return text;
}

// Docker's members: a client and a server, which are one program here.
Json version_of(const Json& info) {
  const Json both = {
      {"Version", info.at("ServerVersion")}, {"Os", info.at("OSType")}, {"Arch", info.at("Architecture")}};
  Json server = both;
  server["KernelVersion"] = info.at("KernelVersion");
  return {{"Client", both}, {"Server", server}};
}

std::string version_text(const Json& version) {
  std::string text;
  for (const auto& [name, part] : version.items()) {
    text += fmt::format("{}{}:\n", text.empty() ? "" : "\n", name);
    for (const auto& [label, value] : part.items())
      text += fmt::format(" {:18} {}\n", label + ":", value_text(value));
  }
  return text;
}

void add_version(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"version", "The versions of engine and kernel", "version\nversion --format '{{.Server.Version}}'",
            "With Docker, client and daemon are two programs that may differ; here they are one, "
            "and what it asks of the kernel is what counts."});
  const auto format = std::make_shared<std::string>();
  command->add_option("-f,--format", *format, "json, or a template such as '{{.Client.Version}}'");
  command->callback([format, &context] {
    const Json version = version_of(Json::parse(engine::info_json(context.engine())));
    print(format->empty() ? version_text(version)
                          : (*format == "json" ? version.dump() : render(*format, version)) + "\n");
  });
}

}  // namespace

void add_info(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"info", "The engine and the host, as Docker's info has them",
            "info\ninfo --format '{{.CgroupVersion}} {{.KernelVersion}}'",
            "counts of the records below STORE and RUN; uname(2), /proc/meminfo, /etc/os-release. What "
            "the host can do for containers is tried by doctor."});
  const auto format = std::make_shared<std::string>();
  command->add_option("-f,--format", *format, "json, or a template such as '{{.Images}}'");
  command->callback([format, &context] {
    const Json info = Json::parse(engine::info_json(context.engine()));
    print(format->empty() ? info_text(info)
                          : (*format == "json" ? info.dump() : render(*format, info)) + "\n");
  });
}

void add_check(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"check", "Whether the store is sound", "system check",
            "every blob is read and its sha256 compared with its name; every manifest, configuration and "
            "layer that an image names, and every image that a container names, must be there."});
  command->callback([&context] {
    engine::Engine& engine = context.engine();
    image::StoreCheck check = image::check_store(engine.images());
    const auto containers = engine.registry().list();
    for (const engine::Container& container : containers) {
      if (engine.images().find(container.image_id)) continue;
      check.faults.push_back(
          fmt::format("container {0}: its image {1} is not there. Next: mini-container rm {0}",
                      container.name, container.image_id));
    }
    std::string text;
    for (const std::string& fault : check.faults)
      text += fault + "\n";
    text += fmt::format("{} names of images, {} layers, {} blobs, {} containers: {}\n", check.images,
                        check.layers, check.blobs, containers.size(),
                        check.faults.empty() ? "sound" : fmt::format("{} faults", check.faults.size()));
    print(text);
    context.exit_code = check.faults.empty() ? 0 : 1;
  });
}

void add_system_group(CLI::App& app, Context& context) {
  add_events(app, context);
  add_info(app, context);
  add_version(app, context);
  CLI::App* group = add_group(app, "system", "The engine as a whole: df, info, events, prune, reset, check");
  add_disk_usage(*group, context);
  add_info(*group, context);
  add_events(*group, context);
  add_system_prune(*group, context);
  add_reset(*group, context);
  add_check(*group, context);
}

}  // namespace cli
