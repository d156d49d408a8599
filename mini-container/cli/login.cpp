// `login` and `logout`: a password on its way from the user to mini-registry, never in an argument of a program.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "mini-container/cli/registry_commands.h"

namespace cli {

namespace {

struct LoginOptions {
  std::string server = "docker.io";
  std::string user;
  std::string password;
  bool password_given = false;
  bool password_stdin = false;
  bool insecure = false;
};

// One line of standard input, byte by byte: what follows is for somebody else.
std::string typed_line() {
  std::string line;
  char character = 0;
  while (sys::read(STDIN_FILENO, {&character, 1}) == 1 && character != '\n')
    line += character;
  return line;
}

// ORDER: blocked before the echo goes, so that Ctrl-C leaves a terminal that shows what is typed.
std::string typed_password() {
  const sys::UniqueFd signals = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP});
  const sys::NoEcho hidden(STDIN_FILENO);
  print("Password: ");
  pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {signals.get(), POLLIN, 0}};
  sys::poll(polled, -1);
  print(polled[1].revents != 0 ? "" : "\n");
  if (polled[1].revents != 0) throw std::runtime_error("\nlogin: interrupted");
  return typed_line();
}

void complete(LoginOptions& options) {
  if (options.password_given && options.password_stdin)
    throw std::invalid_argument("--password and --password-stdin are mutually exclusive");
  if (options.password_given)
    sys::write_all(STDERR_FILENO,
                   "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n");
  if (options.password_stdin && options.user.empty())
    throw std::invalid_argument("Must provide --username with --password-stdin");
  if (options.password_stdin) options.password = sys::read_to_end(STDIN_FILENO);
  if (!options.user.empty() && !options.password.empty()) return;
  if (!sys::isatty(STDIN_FILENO))
    throw std::invalid_argument(
        "Cannot perform an interactive login from a non TTY device. Next: --username NAME --password-stdin");
  if (options.user.empty()) {
    print("Username: ");
    options.user = typed_line();
  }
  options.password = typed_password();
}

void add_login(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"login", "Show name and password to a registry, and keep them for pull and push",
       "login localhost:5000\n"
       "login -u student --password-stdin localhost:5000 < password.txt",
       "They are written to ~/.docker/config.json (or $DOCKER_CONFIG/config.json), mode 0600, which docker, "
       "podman and skopeo read, too: base64 is no encryption."});
  const auto options = std::make_shared<LoginOptions>();
  command->add_option("SERVER", options->server, "host[:port] of the registry")->capture_default_str();
  command->add_option("-u,--username", options->user, "User name");
  CLI::Option* password =
      command->add_option("-p,--password", options->password, "Password, seen by all in ps(1)");
  command->add_flag("--password-stdin", options->password_stdin, "Read the password from standard input");
  command->add_flag("--insecure", options->insecure, "Take any certificate, or plain http");
  command->callback([options, password, &context] {
    options->password_given = password->count() > 0;
    complete(*options);
    std::vector<std::string> words = {"login", "--username", options->user};
    if (options->insecure) words.emplace_back("--insecure");
    words.push_back(options->server);
    context.exit_code = run_registry(words, options->password, STDOUT_FILENO);
  });
}

void add_logout(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"logout", "Forget name and password of a registry", "logout localhost:5000",
            "Takes the registry's entry out of ~/.docker/config.json (or $DOCKER_CONFIG/config.json)."});
  const auto server = std::make_shared<std::string>("docker.io");
  command->add_option("SERVER", *server, "host[:port] of the registry")->capture_default_str();
  command->callback([server, &context] {
    context.exit_code = run_registry({"logout", *server}, "", STDOUT_FILENO);
  });
}

}  // namespace

void add_registry(CLI::App& app, Context& context) {
  add_image_pull(app, context);
  add_image_push(app, context);
  add_search(app, context);
  add_login(app, context);
  add_logout(app, context);
}

}  // namespace cli
