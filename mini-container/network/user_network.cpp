// See user_network.h.
#include "mini-container/network/user_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/places/places.h"
#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/text/text.h"
#include "base/trace/phase.h"

namespace network {

namespace {

using Json = nlohmann::json;

constexpr const char* kInterface = "eth0";

std::string pid_file(const std::string& directory) {
  return directory + "/network.pid";
}

// The namespaces of the container's first process, open. WHY handed on as descriptors: /proc/PID/ns may be opened only by who
// has power over the process, and both helpers give theirs away before they look.
struct Namespaces {
  explicit Namespaces(pid_t pid)
      : user(sys::open(fmt::format("/proc/{}/ns/user", pid), O_RDONLY)),
        net(sys::open(fmt::format("/proc/{}/ns/net", pid), O_RDONLY)) {}
  sys::UniqueFd user, net;
};

[[noreturn]] void fail(const std::string& program, const sys::UniqueFd& errors) {
  sys::rewind(errors.get());
  std::string said;
  const std::string all = sys::read_to_end(errors.get());
  for (const std::string_view line : text::split(all, '\n')) {
    // pasta tells the system's log too, and that there is none is not why it failed.
    if (!line.empty() && line.find("syslog") == std::string_view::npos) said = line;
  }
  const bool device = said.find("tun") != std::string::npos;
  throw std::runtime_error(fmt::format(
      "{} cannot connect the container: {}. Next: {}", program, said,
      device ? "let users open /dev/net/tun (mode 0666), or --network none"
             : "see that the ports are free and the host has a default route, or --network none"));
}

// It goes into the background by itself, when all is made.
void start_pasta(const UserNetwork& network) {
  const Namespaces spaces(network.pid);
  const sys::UniqueFd errors = sys::memfd_create("pasta");
  std::vector<std::string> command = pasta_command(network);
  command.insert(command.end(),
                 {"--userns", sys::fd_path(spaces.user.get()), "--netns", sys::fd_path(spaces.net.get())});
  sys::SpawnOptions options;
  options.error = errors.get();
  options.keep = {spaces.user.get(), spaces.net.get()};
  options.own_session = true;
  if (sys::spawn(command, options).wait().shell_code() != 0) fail("pasta", errors);
}

void publish_through_slirp(const UserNetwork& network) {
  for (const PortMapping& port : network.ports) {
    const sys::UniqueFd connection = sys::connect_unix(network.socket);
    sys::write_all(connection.get(), slirp_request(port));
    const std::string answer = sys::read_to_end(connection.get());
    const Json json = Json::parse(answer, nullptr, false);
    if (json.is_object() && !json.contains("error")) continue;
    throw std::runtime_error(
        fmt::format("slirp4netns cannot publish {}: {}. Next: see that the port is free and not below {}",
                    to_string(port), answer, "net.ipv4.ip_unprivileged_port_start (1024)"));
  }
}

// It stays where it was started and says over a pipe that all is made.
void start_slirp(const UserNetwork& network) {
  const Namespaces spaces(network.pid);
  const sys::UniqueFd errors = sys::memfd_create("slirp4netns");
  sys::Pipe ready = sys::pipe();
  sys::unlink_if_present(network.socket);
  sys::SpawnOptions options;
  options.error = errors.get();
  options.keep = {spaces.user.get(), spaces.net.get(), ready.write.get()};
  options.own_session = true;
  sys::Child helper =
      sys::spawn({"slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback",
                  "--userns-path=" + sys::fd_path(spaces.user.get()), "--netns-type=path",
                  fmt::format("--ready-fd={}", ready.write.get()), "--api-socket=" + network.socket,
                  sys::fd_path(spaces.net.get()), kInterface},
                 options);
  sys::replace_file(pid_file(network.directory), fmt::format("{}", helper.pid()), 0600);
  ready.write.reset();
  if (sys::read_to_end(ready.read.get()).empty()) fail("slirp4netns", errors);
  publish_through_slirp(network);
  // Nobody asks it for more.
  sys::unlink_if_present(network.socket);
  helper.release();
}

}  // namespace

bool governs_links() {
  const sys::UniqueFd links = sys::open("/proc/self/ns/net", O_RDONLY);
  const sys::UniqueFd owner = sys::governing_namespace(links.get());
  return owner && sys::fstat(owner.get()).st_ino == sys::namespace_inode("self", "user");
}

std::string user_network_program() {
  for (const char* program : {"pasta", "slirp4netns"})
    if (!places::program_in_path(program).empty()) return program;
  return {};
}

std::vector<std::string> pasta_command(const UserNetwork& network) {
  std::vector<std::string> command = {"pasta",
                                      "--config-net",
                                      "--no-map-gw",
                                      "--quiet",
                                      "--stderr",
                                      "--ns-ifname",
                                      kInterface,
                                      "--tcp-ns",
                                      "none",
                                      "--udp-ns",
                                      "none",
                                      "--pid",
                                      pid_file(network.directory)};
  for (const auto& [protocol, option] : {std::pair{"tcp", "--tcp-ports"}, std::pair{"udp", "--udp-ports"}}) {
    bool any = false;
    for (const PortMapping& port : network.ports) {
      if (port.protocol != protocol) continue;
      const std::string address = port.host_address.empty() ? "" : port.host_address + "/";
      command.insert(command.end(),
                     {option, fmt::format("{}{}:{}", address, port.host_port, port.container_port)});
      any = true;
    }
    if (!any) command.insert(command.end(), {option, "none"});
  }
  return command;
}

std::string slirp_request(const PortMapping& port) {
  return Json{{"execute", "add_hostfwd"},
              {"arguments",
               {{"proto", port.protocol},
                {"host_addr", port.host_address.empty() ? "0.0.0.0" : port.host_address},
                {"host_port", port.host_port},
                {"guest_port", port.container_port}}}}
      .dump();
}

void start_user_network(const UserNetwork& network) {
  if (user_network_program() == "pasta") return start_pasta(network);
  start_slirp(network);
}

void stop_user_network(const std::string& id, const std::string& directory) {
  const std::string recorded = sys::read_file_if_present(pid_file(directory)).value_or("");
  const auto pid = text::number<pid_t>(recorded.substr(0, recorded.find('\n')));
  if (!pid) return;
  const sys::UniqueFd helper = sys::pidfd_open(*pid);
  // ORDER: the descriptor first, then the look at what it is: a number can come to mean another process.
  const auto command = sys::read_file_if_present(fmt::format("/proc/{}/cmdline", *pid)).value_or("");
  constexpr std::size_t kShortId = 12;
  if (helper && command.find(id.substr(0, kShortId)) != std::string::npos)
    sys::pidfd_send_signal(helper.get(), SIGKILL);
  sys::unlink_if_present(pid_file(directory));
}

}  // namespace network
