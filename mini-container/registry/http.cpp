// See http.h.
#include "mini-container/registry/http.h"

#include <fmt/format.h>

#include <mutex>

#include "mini-container/registry/curl_exchange.h"

namespace registry {

Connection::Connection() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::runtime_error("libcurl: no memory for connections");
}

Connection::~Connection() {
  curl_multi_cleanup(multi_);
}

std::unique_ptr<Exchange> Connection::send(const Request& request, const Authorization& authorization,
                                           const Trust& trust) {
  auto exchange = std::make_unique<CurlExchange>(multi_, request, authorization, trust);
  // WHY at the seam, although it is no call of the kernel: what a pull does are requests, and here is who shows steps.
  std::exception_ptr failed;
  const auto outcome = sys::attempt(
      request.method.c_str(), [&] { return without_query(request.url) + ", " + request.purpose; },
      [&]() -> int {
        try {
          return exchange->start();
        } catch (...) {
          failed = std::current_exception();
          errno = EIO;
          return -1;
        }
      });
  if (failed) std::rethrow_exception(failed);
  if (!outcome.ok())
    throw Unreachable(Unreachable::Reason::connection, request.method + " " + without_query(request.url));
  return exchange;
}

std::string read_all(Exchange& exchange, std::size_t limit) {
  std::string text;
  char buffer[16384];
  while (const std::size_t count = exchange.read(buffer)) {
    text.append(buffer, count);
    if (text.size() > limit)
      throw std::runtime_error(
          fmt::format("the answer of {} is longer than {} bytes", without_query(exchange.url()), limit));
  }
  return text;
}

std::string without_query(const std::string& url) {
  return url.substr(0, url.find('?'));
}

std::string escaped(const std::string& text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const char character : text) {
    if (kPlain.find(character) != std::string_view::npos)
      result += character;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(character));
  }
  return result;
}

}  // namespace registry
