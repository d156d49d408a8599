// See curl_exchange.h.
#include "mini-container/registry/curl_exchange.h"

#include <algorithm>

#include "base/sys/file.h"
#include "base/sys/inode.h"

namespace registry {

namespace {

constexpr long kConnectSeconds = 15;
constexpr long kStalledSeconds = 60;  // without a byte
constexpr long kMostRedirects = 5;
constexpr int kWaitMilliseconds = 1000;
constexpr std::size_t kMostHeaders = 200;

Unreachable::Reason reason_of(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return Unreachable::Reason::certificate;
    case CURLE_SSL_CONNECT_ERROR:
      return Unreachable::Reason::not_tls;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Unreachable::Reason::name;
    default:
      return Unreachable::Reason::connection;
  }
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

}  // namespace

void check(CURLMcode code) {
  if (code != CURLM_OK) throw std::runtime_error(fmt::format("libcurl: {}", curl_multi_strerror(code)));
}

CurlExchange::CurlExchange(CURLM* multi, const Request& request, const Authorization& authorization,
                           const Trust& trust)
    : multi_(multi), easy_(curl_easy_init()), request_(request) {
  if (easy_ == nullptr) throw std::runtime_error("libcurl: no memory for a request");
  set_what(authorization);
  set_whom(trust);
  if (!request_.file.empty()) set_body();
  check(curl_multi_add_handle(multi_, easy_));
}

CurlExchange::~CurlExchange() {
  curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(lines_);
}

void CurlExchange::set_what(const Authorization& authorization) {
  set(CURLOPT_URL, request_.url.c_str());
  if (request_.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  if (request_.method != "GET" && request_.method != "HEAD")
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  const bool no_file = request_.method == "POST" || (request_.method == "PUT" && request_.file.empty());
  if (no_file) set(CURLOPT_POSTFIELDS, request_.form.c_str());
  for (const std::string& line : request_.headers)
    lines_ = curl_slist_append(lines_, line.c_str());
  // WHY: an authorization that was refused has been answered before a body is sent; nothing is to be asked first.
  lines_ = curl_slist_append(lines_, "Expect:");
  if (no_file && request_.form.empty()) lines_ = curl_slist_append(lines_, "Content-Type:");
  set(CURLOPT_HTTPHEADER, lines_);
  set(CURLOPT_USERAGENT, "mini-registry/0.1.0");
  // By libcurl's own options and not as a header: it keeps these from other hosts.
  if (!authorization.user.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, authorization.user.c_str());
    set(CURLOPT_PASSWORD, authorization.password.c_str());
  } else if (!authorization.token.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    set(CURLOPT_XOAUTH2_BEARER, authorization.token.c_str());
  }
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, why_);
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
}

void CurlExchange::set_whom(const Trust& trust) {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, trust.plain ? "http,https" : "https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, trust.plain ? "http,https" : "https");
  set(CURLOPT_FOLLOWLOCATION, request_.method == "GET" || request_.method == "HEAD" ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, kMostRedirects);
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  if (trust.loopback) set(CURLOPT_PROXY, "");
  set(CURLOPT_SSL_VERIFYPEER, trust.verify ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, trust.verify ? 2L : 0L);
  if (!trust.authorities.empty()) {
    curl_blob blob = {const_cast<char*>(trust.authorities.data()), trust.authorities.size(), CURL_BLOB_COPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
  }
  if (!trust.certificate.empty()) set(CURLOPT_SSLCERT, trust.certificate.c_str());
  if (!trust.key.empty()) set(CURLOPT_SSLKEY, trust.key.c_str());
}

void CurlExchange::set_body() {
  file_ = sys::open(request_.file, O_RDONLY);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, on_send);
  set(CURLOPT_READDATA, static_cast<void*>(this));
  next_ = request_.first;
  end_ =
      request_.count ? next_ + *request_.count : static_cast<std::uint64_t>(sys::fstat(file_.get()).st_size);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(end_ - next_));
}

std::size_t CurlExchange::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  static_cast<CurlExchange*>(self)->body_.append(bytes, size);
  return size;
}

// Of several answers, after a redirect or a 100, the last one counts.
std::size_t CurlExchange::on_header(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {
    exchange.headers_.clear();
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (exchange.headers_.size() >= kMostHeaders) return 0;
    std::string& value = exchange.headers_[name];
    value += (value.empty() ? "" : ", ") + trimmed(line.substr(colon + 1));
  } else if (trimmed(line).empty()) {
    long code = 0;
    curl_easy_getinfo(exchange.easy_, CURLINFO_RESPONSE_CODE, &code);
    const bool redirect = code >= 300 && code < 400 && exchange.headers_.contains("location");
    const bool follows = redirect && exchange.request_.file.empty() && exchange.request_.method != "POST";
    exchange.status_ = static_cast<int>(code);
    exchange.answered_ = code >= 200 && !follows;
  }
  return size;
}

std::size_t CurlExchange::on_send(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  try {
    const std::size_t most = std::min<std::uint64_t>(size, exchange.end_ - exchange.next_);
    const std::size_t count =
        sys::read_at(exchange.file_.get(), {bytes, most}, static_cast<off_t>(exchange.next_));
    exchange.next_ += count;
    return count;
  } catch (...) {
    exchange.failed_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

// WHY by whose it is: an answer that nobody has read to its end may end while another is waited for.
void CurlExchange::collect_results() const {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CurlExchange* whose = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &whose);
    whose->ended_ = true;
    whose->result_ = message->data.result;
  }
}

void CurlExchange::throw_failure() const {
  if (failed_) std::rethrow_exception(failed_);
  if (result_ == CURLE_OK) return;
  throw Unreachable(reason_of(result_),
                    fmt::format("{} \"{}\": {}", request_.method, without_query(request_.url),
                                why_[0] != '\0' ? why_ : curl_easy_strerror(result_)));
}

void CurlExchange::advance() {
  int running = 0;
  check(curl_multi_perform(multi_, &running));
  collect_results();
  if (!ended_ && body_.empty()) check(curl_multi_poll(multi_, nullptr, 0, kWaitMilliseconds, nullptr));
}

int CurlExchange::start() {
  while (!answered_ && !ended_)
    advance();
  if (!answered_) throw_failure();
  return status_;
}

std::size_t CurlExchange::read(std::span<char> buffer) {
  if (taken_ == body_.size()) {
    body_.clear();
    taken_ = 0;
  }
  while (body_.empty() && !ended_)
    advance();
  if (body_.empty()) throw_failure();
  const std::size_t count = std::min(buffer.size(), body_.size() - taken_);
  std::copy_n(body_.data() + taken_, count, buffer.data());
  taken_ += count;
  return count;
}

}  // namespace registry
