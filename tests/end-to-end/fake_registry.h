// A registry of one image that does what a test wants: refuses, redirects, fails, breaks off. One thread, plain HTTP/1.1,
// a connection for each request.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/sys/fd.h"

namespace e2e {

struct HttpRequest {
  std::string method;
  std::string target;                          // "/v2/app/manifests/1?x=y"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body = {};
};

struct HttpAnswer {
  int status = 200;
  std::vector<std::string> headers = {};  // "Name: value"
  std::string body = {};
  std::size_t cut = std::string::npos;  // the connection breaks after so many bytes of the body
  std::function<bool()> stalls = {};    // but stays open while this is true
};

class FakeServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  // On the address 127.0.0.N, so that tests have several hosts.
  explicit FakeServer(Handler handler, int last_byte = 1);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string host() const { return host_; }
  // All requests so far.
  std::vector<HttpRequest> seen() const;

 private:
  void serve();
  void answer(int connection);
  Handler handler_;
  sys::UniqueFd listener_;
  std::string host_;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> seen_;
  std::atomic<bool> closing_ = false;
  std::thread thread_;
};

// An image with one layer, and what a registry answers about it.
class FakeImage {
 public:
  explicit FakeImage(const std::string& layer_tar);
  // Answers for /v2/, the manifest of any tag or its digest, and the blobs, with ranges; 404 for all else.
  HttpAnswer answer(const HttpRequest& request) const;
  const std::string& layer() const { return layer_digest_; }
  bool is_layer(const HttpRequest& request) const { return request.target.ends_with(layer_digest_); }

 private:
  std::string manifest_, config_, tar_;
  std::string config_digest_, layer_digest_;
};

}  // namespace e2e
