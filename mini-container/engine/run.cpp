// `run` and `start`: from what the user asked to a container that runs. Declared in engine.h.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "base/places/places.h"
#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "mini-container/engine/container_volumes.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/networks.h"
#include "mini-container/engine/signals.h"
#include "mini-container/image/busybox.h"
#include "mini-container/network/ports.h"

namespace engine {

namespace {
constexpr int kEngineFailed = 125;
constexpr int kKilled = 128 + SIGKILL;
constexpr int kSoonMilliseconds = 1;
}  // namespace

std::vector<std::string> command_of(const image::Config& image, const std::vector<std::string>& args,
                                    const std::optional<std::string>& entrypoint) {
  std::vector<std::string> command = image.entrypoint;
  if (entrypoint) command = entrypoint->empty() ? std::vector<std::string>() : std::vector{*entrypoint};
  // As Docker: the image's command belongs to the image's entrypoint, not to another one.
  const std::vector<std::string>& rest = args.empty() && !entrypoint ? image.cmd : args;
  command.insert(command.end(), rest.begin(), rest.end());
  if (command.empty()) {
    throw std::invalid_argument("No command specified, and the image has none. Next: add one after its name");
  }
  return command;
}

namespace {

// As Docker: a file that is there belongs to another container.
void write_id_file(const std::string& path, const std::string& id) {
  if (path.empty()) return;
  const sys::UniqueFd file = sys::create_exclusive(path, 0644);
  if (!file) {
    throw std::runtime_error(fmt::format(
        "Container ID file found, make sure the other container isn't running or delete {0}. Next: rm {0}",
        path));
  }
  sys::write_all(file.get(), id);
}

}  // namespace

namespace {

// What the image and the user expose; with `publish_all` also where the host has them.
void expose_ports(Settings& settings, const std::vector<std::string>& images, bool publish_all) {
  std::set<std::string> published;
  for (const std::string& text : settings.ports)
    published.insert(network::container_end(network::parse_port(text)));
  std::vector<std::string> all = images;
  all.insert(all.end(), settings.exposed.begin(), settings.exposed.end());
  settings.exposed.clear();
  for (const std::string& text : all) {
    for (const network::PortMapping& port : network::parse_ports(text)) {
      const std::string end = network::container_end(port);
      if (std::find(settings.exposed.begin(), settings.exposed.end(), end) != settings.exposed.end())
        continue;
      settings.exposed.push_back(end);
      if (publish_all && !published.contains(end)) settings.ports.push_back(end);
    }
  }
}

}  // namespace

Container Engine::describe(const RunRequest& request, const image::Image& image) const {
  const std::string& runtime = request.settings.runtime;
  if (!runtime.empty() && places::program_in_path(runtime).empty())
    throw std::invalid_argument("Unknown runtime specified " + runtime +
                                ". Next: --runtime crun, runc or a path");
  Container container;
  container.id = new_id();
  container.name = request.name;
  container.image_id = image.id;
  container.created = timestamp();
  container.settings = request.settings;
  Settings& settings = container.settings;
  settings.args = command_of(image.config, request.settings.args, request.entrypoint);
  settings.env = image.config.env;
  for (const std::string& entry : request.settings.env) {
    const std::string name = entry.substr(0, entry.find('=') + 1);
    std::erase_if(settings.env, [&](const std::string& known) { return known.starts_with(name); });
    settings.env.push_back(entry);
  }
  if (settings.working_directory.empty()) settings.working_directory = image.config.working_dir;
  if (settings.user.empty()) settings.user = image.config.user;
  expose_ports(settings, image.config.exposed_ports, request.publish_all);
  settings.healthcheck = merged(settings.healthcheck, image.config.healthcheck);
  if (settings.hostname.empty()) settings.hostname = short_id(container.id);
  choose_volumes(registry_, settings, image.config.volumes, request.volumes_from);
  choose_networks(registry_, settings, request.wishes);
  write_id_file(request.id_file, container.id);
  return container;
}

image::Image Engine::find_image(const std::string& name) {
  const trace::Phase phase("find the image",
                           "An image is a list of layers and a configuration in the local store; nothing is "
                           "unpacked now, the layers lie ready.");
  return image::is_busybox(name) ? image::ensure_busybox(images_) : images_.get(name);
}

std::string Engine::create(const RunRequest& request) {
  Container container =
      describe(request, request.image ? *request.image : find_image(request.settings.image));
  const sys::UniqueFd lock = registry_.add(container);
  try {
    make_volumes(registry_, container);
  } catch (...) {
    registry_.remove(container.id);
    throw;
  }
  registry_.journal().add(container, "create");
  return container.id;
}

namespace {

// `act`, and if it fails all that `launch` has made is taken down.
int undone_on_failure(Launch& launch, const std::function<int(Launch&)>& act) {
  try {
    return act(launch);
  } catch (const std::exception& error) {
    // WHY: a clean-up that asks at a prompt, and can be stopped there, is none.
    sys::stop_tracing();
    const auto* refused = dynamic_cast<const RuntimeFailed*>(&error);
    launch.abandon(refused == nullptr ? kEngineFailed : refused->exit_code(), error.what());
    throw;
  }
}

}  // namespace

namespace {

// With a terminal and a keyboard the user may leave by the detach keys, so somebody else has to be the guardian. While the
// kernel's calls are shown it is this process all the same, for all of them are to be seen.
bool can_be_left(const Settings& settings) {
  return settings.tty && settings.open_stdin && sys::trace_inheritance().descriptors.empty();
}

}  // namespace

int Engine::in_front_of(const Container& container, const UserEnds& user, const AttachOptions& options,
                        int signals, const std::function<int(const Act&)>& start) {
  if (!can_be_left(container.settings))
    return start([&](Launch& launch) { return launch.foreground(user, signals); });
  sys::UniqueFd connection;
  start([&](Launch& launch) {
    launch.detached([&] {
      stop_if_interrupted(signals);
      connection = sys::connect_unix_seqpacket_if_served(attach_socket_of(registry_, container));
    });
    return 0;
  });
  // Another command started it.
  if (!connection) return 0;
  Attachment attachment(std::move(connection), user, options, true);
  attachment.resize();
  const OciRuntime runtime = runtime_of(registry_, container);
  const AttachResult result = attachment.serve(signals, SignalProxy(runtime, container.id));
  if (result.detached) return 0;
  // What it leaves is cleaned up when this command ends, as after any other.
  if (container.settings.restart.name == "no") registry_.lock(container.id);
  return result.code.value_or(kKilled);
}

int Engine::run(const RunRequest& request, const UserEnds& user, std::string& id) {
  const sys::UniqueFd signals = request.detach ? sys::UniqueFd() : signals_for_the_container();
  const image::Image image = request.image ? *request.image : find_image(request.settings.image);
  Container container = describe(request, image);
  container.status = "starting";
  sys::UniqueFd lock = registry_.add(container);
  id = container.id;
  const auto start = [&](const Act& act) {
    Launch launch(registry_, container, std::move(lock));
    return undone_on_failure(launch, [&](Launch& one) {
      make_volumes(registry_, container);
      registry_.journal().add(container, "create");
      one.prepare(images_, image);
      return act(one);
    });
  };
  if (!request.detach) return in_front_of(container, user, request.attach, signals.get(), start);
  return start([](Launch& launch) {
    launch.detached();
    return 0;
  });
}

int Engine::launch(const Container& container, const Act& act) {
  sys::UniqueFd lock = registry_.try_lock(container.id);
  while (!lock) {
    const auto record = registry_.load(container.id);
    if (!record) throw NoSuchContainer("No such container: " + container.name);
    // Another command was faster.
    if (!record->at_rest()) return 0;
    // Its last guardian has said that it is over, and is about to let go.
    sys::poll({}, kSoonMilliseconds);
    lock = registry_.try_lock(container.id);
  }
  const auto current = registry_.change(container.id, [](Container& record) {
    record.status = "starting";
    record.exit_code = 0;
    record.error.clear();
    record.restarts = 0;
    record.stop_requested = false;
  });
  return relaunch(*current, std::move(lock), act);
}

int Engine::relaunch(const Container& container, sys::UniqueFd lock, const Act& act) {
  Launch launch(registry_, container, std::move(lock));
  return undone_on_failure(launch, [&](Launch& one) {
    one.prepare(images_, images_.get(container.image_id));
    return act(one);
  });
}

void Engine::start(const Container& container) {
  if (!container.at_rest()) return;
  launch(container, [](Launch& launch) {
    launch.detached();
    return 0;
  });
}

int Engine::start_here(const Container& container, const UserEnds& user, const AttachOptions& options) {
  const sys::UniqueFd signals = signals_for_the_container();
  if (!container.at_rest()) {
    throw std::runtime_error(
        fmt::format("container {0} runs already. Next: mini-container logs -f {0}", container.name));
  }
  return in_front_of(container, user, options, signals.get(),
                     [&](const Act& act) { return launch(container, act); });
}

}  // namespace engine
