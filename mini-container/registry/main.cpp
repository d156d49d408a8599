// mini-registry: what mini-container starts to talk to registries, as an engine starts a runtime to make containers.
//
//     mini-registry pull|push --store DIR NAME        mini-registry login|logout HOST       (password on standard input)
//     mini-registry search TERM
//
// WHY a program of its own: TLS and HTTP are twenty shared libraries, whose symbols ld.so(8) would look up at every start
// of a container (docs/decisions/0020-registry-program.md). Exit codes: 0, 1 for a failure, 125 for a wrong command line.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "base/sys/console.h"
#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/login.h"
#include "mini-container/registry/pull.h"
#include "mini-container/registry/push.h"
#include "mini-container/registry/search.h"

namespace {

using namespace registry;

struct Arguments {
  std::string store;
  std::string name;
  std::string platform;
  std::string user;
  bool quiet = false;
  bool insecure = false;
  bool all_tags = false;
  std::size_t limit = 25;
};

Session open_session(const Arguments& arguments, const image::Reference& reference) {
  const trace::Phase phase("find the registry",
                           "encrypted, unless it is on this machine or the user says so");
  Connection connection;
  return {find_endpoint(connection, reference.domain, arguments.insecure), reference.path,
          read_login(credentials_file(), reference.domain)};
}

void pull(const Arguments& arguments) {
  const image::Reference reference = image::parse_reference(arguments.name);
  if (arguments.all_tags && !image::is_repository(arguments.name))
    throw std::invalid_argument("tag can't be used with --all-tags/-a");
  if (!arguments.all_tags && !arguments.quiet && image::is_repository(arguments.name))
    fmt::print("Using default tag: latest\n");
  std::fflush(stdout);
  PullOptions options;
  options.quiet = arguments.quiet;
  if (!arguments.platform.empty()) options.platform = image::parse_platform(arguments.platform);
  Session session = open_session(arguments, reference);
  image::Store store(arguments.store);
  {
    Puller puller(session, store, options);
    if (arguments.all_tags)
      puller.pull_all(reference);
    else
      puller.pull(reference);
  }
  const std::string which = !reference.digest.empty() ? "@" + reference.digest : ":" + reference.tag;
  fmt::print("{}/{}{}\n", reference.domain, reference.path, arguments.all_tags ? "" : which);
}

// The names that are to be pushed: the one, or all tags of the repository.
std::vector<std::string> names_to_push(const Arguments& arguments, const image::Store& store) {
  const image::Reference wanted = image::parse_reference(arguments.name);
  if (!arguments.all_tags) return {image::to_string(wanted)};
  std::vector<std::string> names;
  for (const image::Image& one : store.list()) {
    for (const std::string& name : one.names)
      if (image::familiar_name(image::parse_reference(name)) == image::familiar_name(wanted))
        names.push_back(name);
  }
  return names;
}

void push(const Arguments& arguments) {
  const image::Reference reference = image::parse_reference(arguments.name);
  if (!reference.digest.empty()) throw std::invalid_argument("cannot push a digest reference");
  if (arguments.all_tags && !image::is_repository(arguments.name))
    throw std::invalid_argument("tag can't be used with --all-tags/-a");
  if (!arguments.quiet) {
    if (!arguments.all_tags && image::is_repository(arguments.name))
      fmt::print("Using default tag: latest\n");
    fmt::print("The push refers to repository [{}/{}]\n", reference.domain, reference.path);
    std::fflush(stdout);
  }
  image::Store store(arguments.store);
  const auto names = names_to_push(arguments, store);
  if (names.empty() || !store.find(names.front()))
    throw Failed(fmt::format("An image does not exist locally with the tag: {}. Next: mini-container images",
                             image::familiar_name(reference)));
  Session session = open_session(arguments, reference);
  Pusher pusher(session, store, arguments.quiet);
  for (const std::string& name : names)
    pusher.push(store.get(name), image::parse_reference(name));
  if (arguments.quiet) fmt::print("{}/{}:{}\n", reference.domain, reference.path, reference.tag);
}

void login(const Arguments& arguments) {
  std::string password = sys::read_to_end(STDIN_FILENO);
  while (password.ends_with('\n') || password.ends_with('\r'))
    password.pop_back();
  if (arguments.user.empty() || password.empty())
    throw std::invalid_argument("login: a user and, on standard input, a password are needed");
  Connection connection;
  const Login shown{arguments.user, password};
  const std::string domain = domain_of(arguments.name);
  check_login(connection, find_endpoint(connection, domain, arguments.insecure), shown);
  const std::string file = credentials_file();
  write_login(file, domain, shown);
  if (helper_for(file, domain).empty())
    fmt::print("WARNING! Your password will be stored unencrypted in {}.\n\n", file);
  fmt::print("Login Succeeded\n");
}

void logout(const Arguments& arguments) {
  const bool known = remove_login(credentials_file(), domain_of(arguments.name));
  fmt::print("{} {}\n", known ? "Removing login credentials for" : "Not logged in to", arguments.name);
}

void search(const Arguments& arguments) {
  const SearchTerm term = parse_search(arguments.name);
  Connection connection;
  // Docker's index answers elsewhere than its registry.
  const Endpoint endpoint = term.domain == "docker.io"
                                ? Endpoint{term.domain, "https://index.docker.io", {}}
                                : find_endpoint(connection, term.domain, arguments.insecure);
  Session session(endpoint, "", read_login(credentials_file(), term.domain));
  fmt::print("{}\n", to_json(registry::search(session, connection, term.word, arguments.limit)));
}

void add_transfer(CLI::App& command, Arguments& arguments) {
  command.add_option("--store", arguments.store, "The image store")->required();
  command.add_option("NAME", arguments.name, "[host[:port]/]name[:tag]")->required();
  command.add_flag("-q,--quiet", arguments.quiet, "Only the name at the end");
  command.add_flag("-a,--all-tags", arguments.all_tags, "Every tag of the repository");
  command.add_flag("--insecure", arguments.insecure, "Any certificate, or plain http");
}

int run(int count, char** words) {
  CLI::App app("mini-registry: images from and to registries, for mini-container.", "mini-registry");
  app.require_subcommand(1);
  Arguments arguments;
  CLI::App* command = app.add_subcommand("pull", "Fetch an image into the store");
  add_transfer(*command, arguments);
  command->add_option("--platform", arguments.platform, "OS/ARCHITECTURE[/VARIANT] of a list of images");
  command->callback([&] { pull(arguments); });
  command = app.add_subcommand("push", "Send an image of the store");
  add_transfer(*command, arguments);
  command->callback([&] { push(arguments); });
  command = app.add_subcommand("search", "Look for repositories; a JSON list of them");
  command->add_option("TERM", arguments.name, "[host[:port]/]WORD")->required();
  command->add_option("--limit", arguments.limit, "At most so many");
  command->add_flag("--insecure", arguments.insecure, "Any certificate, or plain http");
  command->callback([&] { search(arguments); });
  command = app.add_subcommand("login", "Check and keep name and password");
  command->add_option("HOST", arguments.name, "The registry")->required();
  command->add_option("-u,--username", arguments.user, "User name")->required();
  command->add_flag("--insecure", arguments.insecure, "Any certificate, or plain http");
  command->callback([&] { login(arguments); });
  command = app.add_subcommand("logout", "Forget name and password");
  command->add_option("HOST", arguments.name, "The registry")->required();
  command->callback([&] { logout(arguments); });
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 125;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    trace::set_role(trace::Role::engine);
    sys::start_tracing({});
    // Nobody waits for the image any more.
    sys::set_parent_death_signal(SIGTERM);
    return run(count, words);
  } catch (const std::exception& error) {
    std::fflush(stdout);
    sys::complain("mini-registry", error.what());
    return 1;
  }
}
