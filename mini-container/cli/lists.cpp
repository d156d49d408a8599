// `inspect`, `port`, `top`: one container looked at closely. See commands.h.
#include <fmt/format.h>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/inspect.h"
#include "mini-container/image/image.h"
#include "mini-container/network/ports.h"

namespace cli {

namespace {

using engine::Container;

// What a name means: a container, or else an image, as with Docker's `inspect`; nullopt for neither.
std::optional<Json> object_of(engine::Engine& engine, const std::string& name, bool images) {
  try {
    return Json::parse(engine::inspect_json(engine.registry(), {engine.registry().get(name)})).at(0);
  } catch (const engine::NoSuchContainer&) {
    const auto image = images ? engine.images().find(name) : std::nullopt;
    return image ? std::optional(Json::parse(image::inspect_json(*image))) : std::nullopt;
  }
}

void add_inspect(CLI::App& app, Context& context) {
  // `container inspect` looks for containers alone.
  const bool images = app.get_parent() == nullptr;
  const auto named = add_verb_on_containers(
      app,
      {"inspect", "Everything known about containers, or images, as JSON",
       "inspect web\ninspect -f '{{.State.Status}} {{.NetworkSettings.IPAddress}}' web\ninspect --merged web",
       "the record in the container's directory; Pid, Bundle and CgroupPath lead to the same in /proc, "
       "to the "
       "OCI document and to the files of the control groups."});
  struct Options {
    std::string format;
    bool merged = false;
  };
  const auto options = std::make_shared<Options>();
  named->command->add_option("-f,--format", options->format, "json, or a template such as '{{.State.Pid}}'");
  named->command->add_flag("--merged", options->merged, "Instead, which files hide those of which layer");
  named->command->callback([named, options, images, &context] {
    if (options->merged) {
      for_each_named(
          context, *named,
          [](engine::Engine& engine, const Container& container) { print(merged_text(engine, container)); },
          false);
      return;
    }
    std::vector<Json> objects;
    std::vector<std::string> missing;
    for (const std::string& name : named->names) {
      if (auto object = object_of(context.engine(), name, images)) {
        objects.push_back(std::move(*object));
      } else {
        missing.push_back(fmt::format("No such {}: {}", images ? "object" : "container", name));
      }
    }
    if (options->format.empty()) print(Json(objects).dump(4) + "\n");
    if (!options->format.empty()) print(listing_text({{}, {}, objects}, options->format));
    for (const std::string& message : missing) {
      sys::complain("mini-container", message);
      context.exit_code = 1;
    }
  });
}

std::string port_text(const Container& container, const std::string& wanted) {
  const std::string key = wanted.empty() || wanted.find('/') != std::string::npos ? wanted : wanted + "/tcp";
  std::string text;
  for (const std::string& typed : container.published) {
    const network::PortMapping port = network::parse_port(typed);
    const std::string inside = fmt::format("{}/{}", port.container_port, port.protocol);
    if (key.empty()) text += fmt::format("{} -> {}\n", inside, network::host_end(port));
    if (key == inside) text += network::host_end(port) + "\n";
  }
  if (!key.empty() && text.empty()) {
    throw std::invalid_argument(
        fmt::format("No public port '{}' published for {}. Next: mini-container port {}", key, container.name,
                    container.name));
  }
  return text;
}

void add_port(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"port", "Which ports of the host lead to a container", "port web\nport web 80",
            "a rule of nftables that replaces the destination of what arrives at the host's port (DNAT)."});
  struct Options {
    std::string container, port;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->container, "Name, id, or the first digits of an id")->required();
  command->add_option("PORT", options->port, "Inside the container: 80, 53/udp");
  command->callback([options, &context] {
    const Container container = context.engine().registry().get(options->container);
    if (container.running() || !options->port.empty()) print(port_text(container, options->port));
  });
}

void add_top(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"top", "The processes of a container, as the host sees them", "top web\ntop web -o pid,comm",
            "the pids in its control group's cgroup.procs, looked up by the host's ps(1): each process has "
            "one pid "
            "here and another in the container's pid namespace."});
  command->prefix_command();
  command->callback([command, &context] {
    const auto words = command->remaining();
    if (words.empty())
      throw std::invalid_argument("top: no container given. Next: mini-container top --help");
    constexpr std::size_t kNarrowest = 20;
    engine::Engine& engine = context.engine();
    print(table(engine.top(engine.registry().get(words.front()), {words.begin() + 1, words.end()}),
                kNarrowest));
  });
}

}  // namespace

void add_lists(CLI::App& app, Context& context) {
  add_inspect(app, context);
  add_port(app, context);
  add_top(app, context);
}

}  // namespace cli
