// See fake_registry.h. Reads: RFC 9112, OCI distribution-spec.
#include "tests/end-to-end/fake_registry.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "mini-container/image/digest.h"
#include "mini-container/image/image.h"
#include "mini-container/image/layout.h"

namespace e2e {

namespace {

std::string received(int connection) {
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const auto count = ::recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

HttpRequest parsed(const std::string& text) {
  HttpRequest request;
  std::istringstream lines(text);
  lines >> request.method >> request.target;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (colon != std::string::npos) request.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return request;
}

// As much as the headers announce; `text` holds the headers and what came with them.
std::string body_of(int connection, const HttpRequest& request, const std::string& text) {
  const auto length = request.headers.find("content-length");
  if (length == request.headers.end()) return {};
  std::string body = text.substr(text.find("\r\n\r\n") + 4);
  const std::size_t whole = std::stoul(length->second);
  char buffer[65536];
  while (body.size() < whole) {
    const auto count = ::recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    body.append(buffer, static_cast<std::size_t>(count));
  }
  return body;
}

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

FakeServer::FakeServer(Handler handler, int last_byte)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + static_cast<unsigned>(last_byte));
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), generic, &length) != 0)
    throw std::runtime_error("no server on the loopback");
  host_ = "127.0.0." + std::to_string(last_byte) + ":" + std::to_string(ntohs(address.sin_port));
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  closing_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void FakeServer::serve() {
  for (;;) {
    const sys::UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) return;
    answer(connection.get());
  }
}

// Who tries TLS first sends no line of HTTP, and is told so.
void FakeServer::answer(int connection) {
  const timeval patience{1, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char first = 0;
  if (::recv(connection, &first, 1, MSG_PEEK) != 1) return;
  if (first < 'A' || first > 'Z') return send_all(connection, "HTTP/1.0 400 Bad Request\r\n\r\n");
  const std::string text = received(connection);
  if (text.empty()) return;
  HttpRequest request = parsed(text);
  request.body = body_of(connection, request, text);
  {
    const std::scoped_lock lock(mutex_);
    seen_.push_back(request);
  }
  const HttpAnswer answer = handler_(request);
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) +
                     " Status\r\nConnection: close\r\nContent-Length: " + std::to_string(answer.body.size()) +
                     "\r\n";
  for (const std::string& line : answer.headers)
    head += line + "\r\n";
  send_all(connection, head + "\r\n");
  if (request.method != "HEAD") send_all(connection, std::string_view(answer.body).substr(0, answer.cut));
  while (!closing_ && answer.stalls && answer.stalls())
    sys::poll({}, 10);
}

std::vector<HttpRequest> FakeServer::seen() const {
  const std::scoped_lock lock(mutex_);
  return seen_;
}

FakeImage::FakeImage(const std::string& layer_tar)
    : tar_(layer_tar), layer_digest_(image::digest_of(layer_tar)) {
  image::Image image;
  image.architecture = image::host_architecture();
  image.os = "linux";
  image.config.cmd = {"/file"};
  image.diff_ids = {layer_digest_};
  config_ = image::config_json(image);
  config_digest_ = image::digest_of(config_);
  const image::Manifest manifest{
      {.media_type = image::kConfigType, .digest = config_digest_, .size = config_.size()},
      {{.media_type = "application/vnd.oci.image.layer.v1.tar",
        .digest = layer_digest_,
        .size = tar_.size()}}};
  manifest_ = image::manifest_json(manifest);
}

HttpAnswer FakeImage::answer(const HttpRequest& request) const {
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/v2/") return {};
  if (path.find("/manifests/") != std::string::npos)
    return {.headers = {std::string("Content-Type: ") + image::kManifestType}, .body = manifest_};
  if (path.ends_with(config_digest_)) return {.body = config_};
  if (!path.ends_with(layer_digest_)) return {.status = 404};
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) return {.body = tar_};
  const std::size_t from = std::stoul(range->second.substr(range->second.find('=') + 1));
  return {.status = 206,
          .headers = {"Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(tar_.size() - 1) +
                      "/" + std::to_string(tar_.size())},
          .body = tar_.substr(from)};
}

}  // namespace e2e
