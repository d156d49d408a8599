// `run` and `start`: from what the user asked to a container that runs. Declared in engine.h.
#include <fmt/format.h>

#include <csignal>

#include "base/sys/console.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/image/busybox.h"

namespace engine {

std::vector<std::string> command_of(const image::Config& image, const std::vector<std::string>& args,
                                    const std::optional<std::string>& entrypoint) {
  std::vector<std::string> command = image.entrypoint;
  if (entrypoint) command = entrypoint->empty() ? std::vector<std::string>() : std::vector{*entrypoint};
  // As Docker: the image's command belongs to the image's entrypoint, not to another one.
  const std::vector<std::string>& rest = args.empty() && !entrypoint ? image.cmd : args;
  command.insert(command.end(), rest.begin(), rest.end());
  if (command.empty()) {
    throw std::invalid_argument("no command specified, and the image has none. Next: add one after its name");
  }
  return command;
}

namespace {

// The user's settings over the image's configuration.
Container describe(const RunRequest& request, const image::Image& image) {
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
  if (settings.hostname.empty()) settings.hostname = short_id(container.id);
  for (std::string& text : settings.volumes) {
    Volume volume = parse_volume(text);
    // A volume without a source gets a name of its own.
    if (volume.source.empty()) volume.source = new_id();
    text = to_string(volume);
  }
  return container;
}

}  // namespace

image::Image Engine::find_image(const std::string& name) {
  const trace::Phase phase("find the image",
                           "An image is a list of layers and a configuration in the local store; nothing is "
                           "unpacked now, the layers lie ready.");
  return image::is_busybox(name) ? image::ensure_busybox(images_) : images_.get(name);
}

int Engine::run(const RunRequest& request, const UserEnds& user, std::string& id) {
  const sys::UniqueFd signals = request.detach
                                    ? sys::UniqueFd()
                                    : sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1,
                                                              SIGUSR2, SIGWINCH, SIGPIPE, SIGCONT});
  const image::Image image = find_image(request.settings.image);
  Container container = describe(request, image);
  sys::UniqueFd lock = registry_.add(container);
  id = container.id;
  Launch launch(registry_, std::move(container), std::move(lock));
  try {
    launch.prepare(images_, image);
    if (!request.detach) return launch.foreground(user, signals.get());
    launch.detached();
    return 0;
  } catch (...) {
    // WHY: a clean-up that asks at a prompt, and can be stopped there, is none.
    sys::stop_tracing();
    launch.abandon(true);
    throw;
  }
}

void Engine::start(const Container& container) {
  if (container.running()) return;
  sys::UniqueFd lock = registry_.lock(container.id);
  auto current = lock ? registry_.load(container.id) : std::nullopt;
  if (!current) throw NoSuchContainer(fmt::format("No such container: {}", container.name));
  if (current->running()) return;
  const image::Image image = images_.get(current->image_id);
  current->status = "created";
  current->exit_code = 0;
  current->error.clear();
  Launch launch(registry_, std::move(*current), std::move(lock));
  try {
    launch.prepare(images_, image);
    launch.detached();
  } catch (...) {
    sys::stop_tracing();
    launch.abandon(false);
    throw;
  }
}

}  // namespace engine
