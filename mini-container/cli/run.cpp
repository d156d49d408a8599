// `run`: every option of Docker's that this engine understands, as a RunRequest. See commands.h.
#include <unistd.h>

#include <cstdlib>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/text/text.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/run_options.h"
#include "mini-container/engine/capabilities.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/network/ports.h"

namespace cli {

namespace {

constexpr char kExamples[] = R"(run --rm busybox echo ok
run -it --rm busybox sh
run -d --name web -p 8080:80 busybox httpd -f -p 80
run --rm -v "$PWD":/here:ro -w /here busybox ls
run --rm --memory 64m --cpus 0.5 --pids-limit 32 busybox sh -c 'nproc; free'
run --rm --cap-drop ALL --read-only --security-opt no-new-privileges busybox id
run --rm --runtime crun busybox true
run --rm --step --explain busybox true)";
constexpr char kBehind[] =
    "overlayfs stacks the image's layers, an OCI runtime makes namespaces, control groups and a process, a "
    "veth pair "
    "connects it; --explain shows each call.";
constexpr int kEngineFailed = 125;

void add_process_options(CLI::App& run, RunOptions& options) {
  run.add_flag("-i,--interactive", options.request.settings.open_stdin, "Keep standard input open");
  run.add_flag("-t,--tty", options.request.settings.tty, "Give the program a terminal");
  run.add_option("-e,--env", options.env, "Set a variable: NAME=value, or NAME to pass on the caller's")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("-w,--workdir", options.request.settings.working_directory, "Working directory");
  run.add_option("-u,--user", options.request.settings.user, "User: name or uid, with :group or :gid");
  run.add_option("--entrypoint", options.entrypoint, "Program instead of the image's entrypoint");
  run.add_option("--hostname", options.request.settings.hostname, "Host name (default: the short id)");
}

void add_isolation_options(CLI::App& run, RunOptions& options) {
  engine::Settings& settings = options.request.settings;
  const auto list = [&run](const char* name, std::vector<std::string>& values, const char* help) {
    run.add_option(name, values, help)->take_all()->allow_extra_args(false);
  };
  list("-v,--volume", settings.volumes, "Mount: /host/path:/path[:ro] or volume:/path[:ro]");
  list("-p,--publish", settings.ports, "Publish a port: [ip:]host:container[/tcp|udp]");
  run.add_option("--network", settings.network, "bridge, host or none")
      ->check(CLI::IsMember({"bridge", "host", "none"}))
      ->capture_default_str();
  list("--cap-add", settings.cap_add, "Keep a capability more: NET_ADMIN, ALL ...");
  list("--cap-drop", settings.cap_drop, "Keep a capability less: CHOWN, ALL ...");
  list("--security-opt", options.security, "no-new-privileges, seccomp=unconfined or seccomp=FILE");
  run.add_flag("--read-only", settings.read_only, "Make the root file system read-only");
}

void add_resource_options(CLI::App& run, RunOptions& options) {
  run.add_option("--cpu-shares", options.request.settings.cpu_shares,
                 "Weight when processors are short (1024 is the normal one)");
  run.add_option("--cpus", options.cpus, "At most so many processors: 0.5, 2");
  run.add_option("--cpuset-cpus", options.request.settings.cpuset,
                 "Run on these processors only: 0, 0-2, 1,3");
  run.add_option("-m,--memory", options.memory, "At most so much memory: 64m, 1g");
  run.add_option("--memory-swap", options.swap, "At most so much memory and swap together; -1 for any");
  run.add_option("--pids-limit", options.request.settings.pids_limit, "At most so many processes");
}

void add_engine_options(CLI::App& run, RunOptions& options, Context& context) {
  run.add_flag("--rm", options.request.settings.remove, "Forget the container when it has ended");
  run.add_option("--name", options.request.name, "Name (default: a random one)");
  run.add_option("--restart", options.restart, "When it ends: no, on-failure[:MAX], always, unless-stopped");
  run.add_option("--log-opt", options.log,
                 "max-size=SIZE rotates the log there, max-file=NUMBER keeps so many")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("-l,--label", options.labels, "A name and a value that filters and inspect show: NAME=value")
      ->take_all()
      ->allow_extra_args(false);
  run.add_option("--runtime", options.request.settings.runtime,
                 "OCI runtime: a path, or crun, runc ... (default: mini-runtime)");
  run.add_flag("--explain", context.trace.explain, "Tell every phase and kernel call on standard error");
  run.add_flag("--step", context.trace.step, "Wait for Enter before each phase, show what it changed");
  run.add_option("--trace", context.trace.file, "Append every phase and kernel call to FILE, as JSON lines");
}

}  // namespace

namespace {

void apply_log_option(engine::Settings& settings, const std::string& option) {
  const std::size_t equals = std::min(option.find('='), option.size());
  const std::string name = option.substr(0, equals);
  const std::string value = option.substr(std::min(equals + 1, option.size()));
  const auto files = text::number<int>(value);
  if (name == "max-size") {
    settings.log_max_size = engine::parse_bytes(value);
  } else if (name == "max-file" && files.value_or(0) > 0) {
    settings.log_max_file = *files;
  } else {
    throw std::invalid_argument("--log-opt " + option + ": expected max-size=SIZE or max-file=NUMBER");
  }
}

}  // namespace

engine::RunRequest finish_options(const RunOptions& options) {
  engine::RunRequest request = options.request;
  engine::Settings& settings = request.settings;
  if (!options.cpus.empty()) settings.cpu_quota = engine::parse_cpus(options.cpus);
  if (!options.swap.empty()) settings.memory_swap = engine::parse_swap(options.swap);
  if (!options.restart.empty()) settings.restart = engine::parse_restart(options.restart);
  for (const std::string& option : options.log)
    apply_log_option(settings, option);
  if (!options.memory.empty()) settings.memory = engine::parse_bytes(options.memory);
  for (const std::string& entry : options.env) {
    const char* value = entry.find('=') == std::string::npos ? std::getenv(entry.c_str()) : nullptr;
    if (value != nullptr) settings.env.push_back(entry + "=" + value);
    if (entry.find('=') != std::string::npos) settings.env.push_back(entry);
  }
  for (const std::string& option : options.security) {
    if (option == "no-new-privileges" || option == "no-new-privileges=true") {
      settings.no_new_privileges = true;
    } else if (option.starts_with("seccomp=")) {
      settings.seccomp = option.substr(8);
    } else {
      throw std::invalid_argument("--security-opt " + option +
                                  ": expected no-new-privileges, seccomp=unconfined or seccomp=FILE");
    }
  }
  for (const std::string& label : options.labels) {
    const std::size_t equals = std::min(label.find('='), label.size());
    settings.labels[label.substr(0, equals)] = label.substr(std::min(equals + 1, label.size()));
  }
  engine::effective_capabilities(settings.cap_add, settings.cap_drop);
  for (const std::string& volume : settings.volumes)
    engine::parse_volume(volume);
  for (std::string& port : settings.ports)
    port = network::to_string(network::parse_port(port));
  if (!settings.ports.empty() && settings.network != "bridge") {
    throw std::invalid_argument("-p needs --network bridge: the others have no address of their own");
  }
  engine::check_settings(settings);
  if (!request.name.empty()) engine::check_name(request.name);
  if (options.entrypoint_given()) request.entrypoint = options.entrypoint;
  return request;
}

namespace {

// The options that `run` and `create` share, and the words after them.
std::shared_ptr<RunOptions> add_making_options(CLI::App* command, Context& context) {
  // What follows the image belongs to the command, also what looks like an option.
  command->prefix_command();
  auto options = std::make_shared<RunOptions>();
  options->command = command;
  add_process_options(*command, *options);
  add_isolation_options(*command, *options);
  add_resource_options(*command, *options);
  add_engine_options(*command, *options, context);
  return options;
}

engine::RunRequest request_of(const RunOptions& options, Context& context) {
  context.failure_code = kEngineFailed;
  const std::string verb = options.command->get_name();
  const auto words = options.command->remaining();
  if (sys::geteuid() != 0) {
    throw std::runtime_error(
        verb +
        ": layers, control groups and networks of the engine need root. Next: the same with sudo; or, "
        "without root, "
        "mini-runtime spec --rootless, or the same image as a virtual machine: vm-launcher run");
  }
  if (words.empty()) {
    throw std::invalid_argument(verb + ": no image given. Next: mini-container " + verb + " --help");
  }
  engine::RunRequest request = finish_options(options);
  request.settings.image = words.front();
  request.settings.args.assign(words.begin() + 1, words.end());
  return request;
}

void add_create(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"create", "Make a container that `start` starts: create [OPTIONS] IMAGE [COMMAND] [ARG...]",
            "create --name web -p 8080:80 busybox httpd -f -p 80\ncreate -it --name shell busybox sh",
            "a directory with a record, and a name; nothing of it is in the kernel before `start`."});
  const auto options = add_making_options(command, context);
  command->callback([options, &context] {
    const engine::RunRequest request = request_of(*options, context);
    print(context.engine().create(request) + "\n");
  });
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* run =
      add_verb(app, {"run", "Run a command in a new container: run [OPTIONS] IMAGE [COMMAND] [ARG...]",
                     kExamples, kBehind});
  const auto options = add_making_options(run, context);
  run->add_flag("-d,--detach", options->request.detach, "Leave it running in the background, print its id");
  run->callback([options, &context] {
    const engine::RunRequest request = request_of(*options, context);
    const engine::UserEnds user = {request.settings.open_stdin ? STDIN_FILENO : -1, STDOUT_FILENO,
                                   STDERR_FILENO};
    std::string id;
    context.exit_code = context.engine().run(request, user, id);
    if (request.detach) print(id + "\n");
  });
  add_create(app, context);
}

}  // namespace cli
