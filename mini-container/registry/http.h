// HTTP requests, by libcurl, which only curl_exchange.h and http.cpp know.
//
// A body is read as read(2) reads: libcurl works only while somebody waits for bytes, so that a layer flows from the
// socket through digest and decompression into files in one thread and without a file in between. Each request is
// announced at the seam of kernel calls (base/sys/call.h) by its method: --explain shows it, with what it is for.
// Reads: libcurl-multi(3), RFC 9110 (methods, statuses, redirects).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace registry {

// No answer, or one that broke off: the host cannot be reached, or the connection ended.
class Unreachable : public std::runtime_error {
 public:
  enum class Reason { connection, name, not_tls, certificate };
  Unreachable(Reason reason, const std::string& what) : std::runtime_error(what), reason_(reason) {}
  Reason reason() const { return reason_; }

 private:
  Reason reason_;
};

// How a host is spoken to.
struct Trust {
  bool verify = true;       // its certificate
  bool plain = false;       // http is allowed, also after a redirect
  bool loopback = false;    // never by a proxy
  std::string authorities;  // PEM: trusted beside the system's
  std::string certificate;  // files of the client's own; empty for none
  std::string key;
};

struct Authorization {
  std::string user;  // with password: Basic
  std::string password;
  std::string token;  // else, unless it is empty: Bearer
};

struct Request {
  std::string method = "GET";
  std::string url = {};
  std::string purpose = {};               // for a person who reads the trace
  std::vector<std::string> headers = {};  // "Accept: ..."
  std::string form = {};                  // body of a POST: "a=b&c=d", escaped
  std::string file = {};                  // body of a PUT or PATCH
  // The part of it that is sent: all from `first` on, unless `count` says how many.
  std::uint64_t first = 0;
  std::optional<std::uint64_t> count = {};
};

// One request and its answer. Only one thread may use those of one Connection.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual int status() const = 0;
  // Name in lower case; "" if it is not there.
  virtual std::string header(const std::string& name) const = 0;
  // Where a redirect has led.
  virtual std::string url() const = 0;
  // Bytes of the body, 0 at its end. Throws Unreachable when the connection breaks.
  virtual std::size_t read(std::span<char> buffer) = 0;
};

// The whole body. Throws std::runtime_error for one longer than `limit` bytes.
std::string read_all(Exchange& exchange, std::size_t limit);

// Connections to hosts, kept open from one request to the next; for one thread.
class Connection {
 public:
  Connection();
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends, and returns when the headers of the answer are there. Redirects are followed; another host does not get the
  // authorization. Throws Unreachable.
  std::unique_ptr<Exchange> send(const Request& request, const Authorization& authorization,
                                 const Trust& trust);

 private:
  void* multi_;
};

// "http://host/path?state=secret" without what follows "?".
std::string without_query(const std::string& url);

// Part of a URL's query: "a/b:c" -> "a%2Fb%3Ac".
std::string escaped(const std::string& text);

}  // namespace registry
