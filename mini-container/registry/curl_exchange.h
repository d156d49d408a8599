// One request and its answer, as libcurl carries them out: options from a Request, callbacks that keep what comes.
// Reads: curl_easy_setopt(3), curl_multi_perform(3), libcurl-errors(3).
#pragma once

#include <curl/curl.h>
#include <fmt/format.h>

#include <exception>

#include "base/sys/fd.h"
#include "mini-container/registry/http.h"

namespace registry {

// Throws std::runtime_error unless it is CURLM_OK.
void check(CURLMcode code);

class CurlExchange : public Exchange {
 public:
  CurlExchange(CURLM* multi, const Request& request, const Authorization& authorization, const Trust& trust);
  ~CurlExchange() override;
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // Waits for the answer's headers; the status.
  int start();

  int status() const override { return status_; }
  std::string header(const std::string& name) const override {
    const auto found = headers_.find(name);
    return found == headers_.end() ? "" : found->second;
  }
  std::string url() const override {
    const char* url = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
    return url == nullptr ? request_.url : url;
  }
  std::size_t read(std::span<char> buffer) override;

 private:
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t on_send(char* bytes, std::size_t, std::size_t size, void* self);
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK)
      throw std::runtime_error(
          fmt::format("libcurl, option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
  }
  void set_what(const Authorization& authorization);
  void set_whom(const Trust& trust);
  void set_body();
  // Lets libcurl go on until it has bytes, or has ended.
  void advance();
  void collect_results() const;
  void throw_failure() const;

  CURLM* multi_;
  CURL* easy_;
  Request request_;
  curl_slist* lines_ = nullptr;
  std::map<std::string, std::string> headers_;
  char why_[CURL_ERROR_SIZE] = {};
  int status_ = 0;
  bool answered_ = false;  // the headers are complete
  bool ended_ = false;
  CURLcode result_ = CURLE_OK;  // once it has ended
  std::string body_;            // what came and was not read yet
  std::size_t taken_ = 0;       // of it
  sys::UniqueFd file_;          // what is sent, from next_ up to end_
  std::uint64_t next_ = 0, end_ = 0;
  std::exception_ptr failed_;  // libcurl is C: what a callback threw waits here
};

}  // namespace registry
