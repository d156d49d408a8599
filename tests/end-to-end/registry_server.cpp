// See registry_server.h. Reads: docker-registry's configuration.md.
#include "tests/end-to-end/registry_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"

namespace e2e {

namespace {

// `htpasswd -Bbn student secret`: bcrypt is what the registry takes.
constexpr char kPasswords[] = "student:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

std::string configuration(const std::string& folder, int port, const RegistryOptions& options) {
  std::string text =
      "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: "
      "{rootdirectory: " +
      folder + "/data}}\nhttp:\n  addr: \"127.0.0.1:" + std::to_string(port) + "\"\n";
  if (!options.certificate.empty())
    text += "  tls: {certificate: " + options.certificate + ", key: " + options.key + "}\n";
  if (options.password) text += "auth: {htpasswd: {realm: test, path: " + folder + "/passwords}}\n";
  return text;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool listens(int port) {
  const sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

int free_port() {
  const sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("no free port on the loopback");
  return ntohs(address.sin_port);
}

RegistryServer::RegistryServer(const std::string& folder, const RegistryOptions& options)
    : folder_(folder), port_(free_port()) {
  sys::mkdir_parents(folder_);
  sys::write_file_atomically(folder_ + "/passwords", kPasswords);
  sys::write_file_atomically(folder_ + "/config.yml", configuration(folder_, port_, options));
  const sys::UniqueFd log = sys::open(folder_ + "/log", O_WRONLY | O_CREAT | O_APPEND, 0600);
  sys::SpawnOptions spawning;
  spawning.output = spawning.error = log.get();
  child_ = sys::spawn({"docker-registry", "serve", folder_ + "/config.yml"}, spawning);
  if (!eventually([&] { return listens(port_); }))
    throw std::runtime_error("docker-registry did not start: " + sys::read_file(folder_ + "/log"));
}

RegistryServer::~RegistryServer() {
  child_.kill(SIGKILL);
  child_.wait();
}

bool RegistryServer::installed() {
  return run({"sh", "-c", "command -v docker-registry"}).code == 0;
}

std::string RegistryServer::blob_file(const std::string& digest) const {
  const std::string hex = digest.substr(digest.find(':') + 1);
  return folder_ + "/data/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data";
}

std::vector<std::string> RegistryServer::blobs() const {
  std::vector<std::string> digests;
  const std::string blobs = folder_ + "/data/docker/registry/v2/blobs/sha256";
  for (const std::string& first : sys::list_directory(blobs))
    for (const std::string& hex : sys::list_directory(std::string(blobs).append("/").append(first)))
      digests.push_back("sha256:" + hex);
  return digests;
}

}  // namespace e2e
