// mini-registry against a registry that asks for tokens, redirects, is overloaded, breaks off, lies.
// Reads: distribution docs/spec/auth/token.md, OCI distribution-spec, RFC 9110.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>

#include "base/sys/file.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/store.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/fake_registry.h"
#include "tests/support/temporary_folder.h"

namespace {

using e2e::FakeServer;
using e2e::HttpAnswer;
using e2e::HttpRequest;
using e2e::Result;
using testing::HasSubstr;

std::string header(const HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

class Protocol : public testing::Test {
 protected:
  Protocol() : folder_("registry"), image_(layer()) { ::setenv("DOCKER_CONFIG", folder_.path().c_str(), 1); }
  ~Protocol() override { ::unsetenv("DOCKER_CONFIG"); }

  // One file of a million bytes that gzip could not make smaller.
  std::string layer() const {
    return e2e::run({"sh", "-c",
                     "cd $0 && seq 200000 | head -c 1000000 > file && tar --owner 0 --group 0 -cf - file",
                     folder_.path()})
        .out;
  }
  std::vector<std::string> command(const FakeServer& server, const char* verb = "pull") const {
    return {ISOLAB_BIN "/mini-registry", verb, "--store", folder_ / "store", server.host() + "/app:1"};
  }
  Result pull(const FakeServer& server) const { return e2e::run(command(server)); }
  void log_in(const FakeServer& server) const {
    // student:secret
    sys::write_file_atomically(folder_ / "config.json", R"({"auths": {")" + server.host() +
                                                            R"(": {"auth": "c3R1ZGVudDpzZWNyZXQ="}}})");
  }
  std::vector<std::string> kept(const char* folder) const {
    const std::string path = folder_ / (std::string("store/") + folder);
    return sys::exists(path) ? sys::list_directory(path) : std::vector<std::string>();
  }

  // What a registry answers that wants to see a token of `realm`.
  HttpAnswer for_a_token(const HttpRequest& request, const FakeServer& realm) const {
    if (header(request, "authorization") == "Bearer the-token") return image_.answer(request);
    return {.status = 401,
            .headers = {"WWW-Authenticate: Bearer realm=\"http://" + realm.host() +
                        "/token\",service=\"test\",scope=\"repository:app:pull\""}};
  }

  support::TemporaryFolder folder_;
  e2e::FakeImage image_;
};

TEST_F(Protocol, TokensComeFromTheRealmThatTheChallengeNames) {
  FakeServer realm([](const HttpRequest& request) -> HttpAnswer {
    const bool known = header(request, "authorization") == "Basic c3R1ZGVudDpzZWNyZXQ=";
    return {.status = known ? 200 : 401, .body = R"({"token": "the-token"})"};
  });
  FakeServer server([&](const HttpRequest& request) { return for_a_token(request, realm); });
  const Result stranger = pull(server);
  EXPECT_EQ(stranger.code, 1);
  EXPECT_THAT(stranger.err, HasSubstr("unauthorized"));
  log_in(server);
  const Result known = pull(server);
  EXPECT_EQ(known.code, 0) << known.err;
  EXPECT_EQ(realm.seen().back().target, "/token?service=test&scope=repository%3Aapp%3Apull");
}

// What a single sign-on has left in the password's place, in the file or with a program that keeps it.
TEST_F(Protocol, AnIdentityTokenIsExchangedForOne) {
  FakeServer realm([](const HttpRequest& request) -> HttpAnswer {
    const bool known = request.body ==
                       "grant_type=refresh_token&client_id=docker&service=test&"
                       "scope=repository%3Aapp%3Apull&refresh_token=who%2FI%20am";
    return {.status = known ? 200 : 401, .body = R"({"access_token": "the-token"})"};
  });
  FakeServer server([&](const HttpRequest& request) { return for_a_token(request, realm); });
  sys::write_file_atomically(folder_ / "config.json",
                             R"({"auths": {")" + server.host() + R"(": {"identitytoken": "who/I am"}}})");
  const Result pulled = pull(server);
  EXPECT_EQ(pulled.code, 0) << pulled.err;
  EXPECT_EQ(header(realm.seen().back(), "content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(realm.seen().back().target, "/token") << "nothing of it in the URL, which servers log";
}

// Neither a password nor a token.
TEST_F(Protocol, ARedirectToAnotherHostGetsNoAuthorization) {
  for (const bool token : {false, true}) {
    FakeServer blobs([&](const HttpRequest& request) { return image_.answer(request); }, 2);
    std::string own;
    FakeServer server([&](const HttpRequest& request) -> HttpAnswer {
      if (request.target == "/token") return {.body = R"({"access_token": "the-token"})"};
      if (!header(request, "authorization").starts_with(token ? "Bearer " : "Basic "))
        return {.status = 401,
                .headers = {token ? "WWW-Authenticate: Bearer realm=\"http://" + own + "/token\""
                                  : "WWW-Authenticate: Basic realm=\"test\""}};
      if (request.target.find("/blobs/") == std::string::npos) return image_.answer(request);
      return {.status = 307, .headers = {"Location: http://" + blobs.host() + request.target}};
    });
    own = server.host();
    log_in(server);
    const Result pulled = pull(server);
    EXPECT_EQ(pulled.code, 0) << pulled.err;
    EXPECT_EQ(blobs.seen().size(), 2U) << "configuration and layer";
    for (const HttpRequest& request : blobs.seen())
      EXPECT_EQ(header(request, "authorization"), "");
    sys::remove_tree(folder_ / "store");
  }
}

TEST_F(Protocol, AnOverloadedServerIsAskedAgain) {
  std::atomic<int> asked = 0;
  FakeServer server([&](const HttpRequest& request) -> HttpAnswer {
    switch (asked++) {
      case 1:
        return {.status = 503};
      case 2:
        return {.status = 429, .headers = {"Retry-After: 0"}};
      default:
        return image_.answer(request);
    }
  });
  EXPECT_EQ(pull(server).code, 0);
  FakeServer down([&](const HttpRequest& request) -> HttpAnswer {
    return request.target == "/v2/" ? image_.answer(request) : HttpAnswer{.status = 500};
  });
  const Result refused = pull(down);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("received unexpected HTTP status: 500"));
  EXPECT_EQ(down.seen().size(), 5U) << "the version once, the manifest four times";
}

TEST_F(Protocol, ABrokenConnectionGoesOnWhereItEnded) {
  std::atomic<int> asked = 0;
  FakeServer server([&](const HttpRequest& request) {
    HttpAnswer answer = image_.answer(request);
    if (image_.is_layer(request) && asked++ < 2) answer.cut = 300'000;
    return answer;
  });
  const Result pulled = pull(server);
  EXPECT_EQ(pulled.code, 0) << pulled.err;
  EXPECT_EQ(header(server.seen().back(), "range"), "bytes=600000-");
}

TEST_F(Protocol, APullThatWasKilledGoesOnWhereItEnded) {
  std::atomic<bool> stalled = true;
  FakeServer server([&](const HttpRequest& request) {
    HttpAnswer answer = image_.answer(request);
    if (!image_.is_layer(request) || !stalled) return answer;
    answer.cut = 400'000;
    answer.stalls = [&] { return stalled.load(); };
    return answer;
  });
  sys::Child child = sys::spawn(command(server));
  const std::string blob = folder_ / ("store/incoming/" + image_.layer().substr(7) + "/blob");
  ASSERT_TRUE(e2e::eventually([&] {
    const auto file = sys::stat_if_present(blob);
    return file && file->st_size == 400'000;
  }));
  child.kill(SIGKILL);
  child.wait();
  stalled = false;
  EXPECT_THAT(kept("layers"), testing::IsEmpty());
  const Result pulled = pull(server);
  EXPECT_EQ(pulled.code, 0) << pulled.err;
  EXPECT_EQ(header(server.seen().back(), "range"), "bytes=400000-");
  EXPECT_THAT(kept("incoming"), testing::IsEmpty());
  EXPECT_EQ(kept("layers").size(), 1U);
}

TEST_F(Protocol, WhatIsNotWhatItsDigestSaysIsRefused) {
  FakeServer lies([&](const HttpRequest& request) {
    HttpAnswer answer = image_.answer(request);
    if (image_.is_layer(request)) answer.body[1000] ^= 1;
    return answer;
  });
  const Result layer = pull(lies);
  EXPECT_EQ(layer.code, 1);
  EXPECT_THAT(layer.err, HasSubstr("verification failed for digest " + image_.layer()));
  EXPECT_THAT(kept("incoming"), testing::IsEmpty());
  FakeServer renamed([&](const HttpRequest& request) {
    HttpAnswer answer = image_.answer(request);
    answer.headers.push_back("Docker-Content-Digest: sha256:" + std::string(64, '0'));
    return answer;
  });
  EXPECT_THAT(pull(renamed).err, HasSubstr("manifest verification failed"));
  FakeServer endless([&](const HttpRequest& request) {
    HttpAnswer answer = image_.answer(request);
    if (request.target.find("manifests") != std::string::npos) answer.body = std::string(5 << 20, ' ');
    return answer;
  });
  EXPECT_THAT(pull(endless).err, HasSubstr("longer than"));
}

TEST_F(Protocol, TwoPullsAtOnceFetchALayerOnce) {
  FakeServer server([&](const HttpRequest& request) { return image_.answer(request); });
  sys::Child first = sys::spawn(command(server));
  sys::Child second = sys::spawn(command(server));
  EXPECT_EQ(first.wait().shell_code(), 0);
  EXPECT_EQ(second.wait().shell_code(), 0);
  const auto seen = server.seen();
  EXPECT_EQ(std::count_if(seen.begin(), seen.end(), [&](const auto& one) { return image_.is_layer(one); }),
            1);
}

// Takes blobs in parts only, and of each part no more than 300,000 bytes.
class Picky {
 public:
  explicit Picky(bool announces) : announces_(announces) {}

  HttpAnswer answer(const HttpRequest& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method == "HEAD") return {.status = 404};
    if (request.method == "POST") {
      bytes_.clear();
      HttpAnswer begun = {.status = 202, .headers = {"Location: /parts"}};
      if (announces_) begun.headers.emplace_back("OCI-Chunk-Min-Length: 1");
      return begun;
    }
    if (request.method == "PATCH") return take(request);
    if (path == "/parts" && !request.body.empty()) return {.status = 413};
    if (path == "/parts") return {.status = request.target.find(digest()) != std::string::npos ? 201 : 400};
    return {.status = request.method == "PUT" ? 201 : 200};
  }
  int parts() const { return parts_; }

 private:
  HttpAnswer take(const HttpRequest& request) {
    constexpr std::size_t kMost = 300'000;
    const std::string expected = std::to_string(bytes_.size()) + "-";
    if (!header(request, "content-range").starts_with(expected)) return {.status = 416};
    bytes_ += request.body.substr(0, kMost);
    ++parts_;
    return {.status = 202,
            .headers = {"Location: /parts?state=" + std::to_string(parts_),
                        "Range: 0-" + std::to_string(bytes_.size() - 1)}};
  }
  std::string digest() const { return image::digest_of(bytes_).substr(7); }
  bool announces_;
  std::string bytes_;
  int parts_ = 0;
};

TEST_F(Protocol, ARegistryThatWantsPartsGetsParts) {
  FakeServer source([this](const HttpRequest& request) { return image_.answer(request); });
  ASSERT_EQ(pull(source).code, 0);
  for (const bool announces : {true, false}) {
    Picky picky(announces);
    FakeServer server([&](const HttpRequest& request) { return picky.answer(request); }, 2);
    image::Store store(folder_ / "store");
    store.tag(store.get(source.host() + "/app:1"), image::parse_reference(server.host() + "/app:1"));
    const Result pushed = e2e::run(command(server, "push"));
    EXPECT_EQ(pushed.code, 0) << pushed.err;
    EXPECT_GE(picky.parts(), 4 + 1) << "a layer of more than a million bytes, and the configuration";
  }
}

TEST_F(Protocol, AnIndexIsSearchedIfThereIsOne) {
  FakeServer server([](const HttpRequest& request) -> HttpAnswer {
    if (request.target == "/v1/search?q=red&n=25")
      return {.body = R"({"results": [{"name": "redis", "description": "a\u001bstore", "star_count": 9,
                                      "is_official": true}, {"name": "redder"}]})"};
    return {.status = request.target == "/v2/" ? 200 : 404};
  });
  const auto search = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command = {ISOLAB_BIN "/mini-container", "search"};
    command.insert(command.end(), more.begin(), more.end());
    command.push_back(server.host() + "/red");
    return e2e::run(command);
  };
  EXPECT_THAT(search({}).out,
              testing::MatchesRegex("NAME +DESCRIPTION +STARS +OFFICIAL +AUTOMATED\n" + server.host() +
                                    "/redis +a store +9 +\\[OK\\] +\n" + server.host() + "/redder +0 +\n"));
  EXPECT_EQ(search({"--filter", "is-official=true", "--format", "{{.Name}}"}).out,
            server.host() + "/redis\n");
  EXPECT_EQ(search({"--filter", "stars=10", "--format", "{{.Name}}"}).out, "");
  EXPECT_THAT(search({"--filter", "colour=red"}).err, HasSubstr("invalid filter"));
  EXPECT_THAT(search({"--limit", "0"}).err, HasSubstr("limit 0 is outside the range of [1, 100]"));
  FakeServer deaf([](const HttpRequest& request) -> HttpAnswer {
    return {.status = request.target == "/v2/" ? 200 : 404};
  });
  const Result none = e2e::run({ISOLAB_BIN "/mini-container", "search", deaf.host() + "/red"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("it has no index, and no catalog for you"));
}

}  // namespace
