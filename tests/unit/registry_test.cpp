// What mini-registry reads of others and of the user, without a network: challenges, addresses, errors, the file of
// passwords, platforms of an index.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/sys/file.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/unpack.h"
#include "mini-container/registry/challenge.h"
#include "mini-container/registry/credentials.h"
#include "mini-container/registry/endpoint.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/progress.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace registry;
using testing::HasSubstr;

TEST(Challenges, HaveASchemeAndParameters) {
  const auto basic = parse_challenges("Basic realm=\"Registry Realm\"");
  ASSERT_EQ(basic.size(), 1U);
  EXPECT_EQ(basic[0].scheme, "basic");
  EXPECT_EQ(basic[0].parameters.at("realm"), "Registry Realm");
  const auto bearer = parse_challenges(
      "Bearer realm=\"https://auth.example/token\",service=\"example\",scope=\"repository:a/b:pull,push\"");
  ASSERT_EQ(bearer.size(), 1U);
  EXPECT_EQ(bearer[0].scheme, "bearer");
  EXPECT_EQ(bearer[0].parameters.at("realm"), "https://auth.example/token");
  EXPECT_EQ(bearer[0].parameters.at("scope"), "repository:a/b:pull,push");
}

TEST(Challenges, CanBeSeveralInOneHeader) {
  const auto both = parse_challenges("NEGOTIATE , Basic Realm = \"a \\\"b\\\"\", Bearer realm=c, x=\"\"");
  ASSERT_EQ(both.size(), 3U);
  EXPECT_EQ(both[0].scheme, "negotiate");
  EXPECT_EQ(both[1].parameters.at("realm"), "a \"b\"");
  EXPECT_EQ(both[2].parameters.at("realm"), "c");
  EXPECT_EQ(both[2].parameters.at("x"), "");
}

TEST(Challenges, EndAtAMistake) {
  EXPECT_TRUE(parse_challenges("").empty());
  EXPECT_TRUE(parse_challenges("realm=\"x\"").empty()) << "a parameter of nothing";
  const auto open = parse_challenges("Bearer realm=\"never closed");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_TRUE(open[0].parameters.empty());
  EXPECT_EQ(parse_challenges("Basic realm=\"x\\").size(), 1U);
}

TEST(Endpoints, OfThisMachineAreLoopback) {
  for (const char* host : {"localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"localhost.example", "127.example.org", "10.0.0.1:5000", "[::2]:5000", "1270.0.0.1"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(Endpoints, HaveCertificatesOfTheirOwn) {
  EXPECT_EQ(host_of("docker.io"), "registry-1.docker.io");
  EXPECT_EQ(domain_of("https://index.docker.io/v1/"), "docker.io");
  EXPECT_EQ(domain_of("http://host:5000/"), "host:5000");
  EXPECT_EQ(domain_of("host:5000"), "host:5000");
  EXPECT_THAT(certificate_folders("host:5000"), testing::Contains("/etc/docker/certs.d/host:5000"));
  const support::TemporaryFolder folder("registry");
  sys::write_file_atomically(folder.path() + "/ca.crt", "one");
  sys::write_file_atomically(folder.path() + "/client.cert", "two");
  Trust trust;
  add_certificates(trust, {folder.path(), folder.path() + "/nosuch"});
  EXPECT_EQ(trust.authorities, "one\n");
  EXPECT_EQ(trust.certificate, folder.path() + "/client.cert");
  EXPECT_EQ(trust.key, folder.path() + "/client.key");
}

TEST(Refusals, AreToldInTheRegistrysWords) {
  EXPECT_EQ(refusal_text(R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})", 404),
            "manifest unknown: manifest unknown");
  EXPECT_EQ(refusal_text("<html>", 401), "unauthorized: authentication required");
  EXPECT_EQ(refusal_text(R"({"errors":[{}]})", 502), "received unexpected HTTP status: 502");
  EXPECT_EQ(refusal_text(R"({"errors":[1, {"code": 7, "message": "\u001b[31mred"}]})", 500), "?[31mred")
      << "nothing that steers a terminal";
}

TEST(Urls, AreShownWithoutSecrets) {
  EXPECT_EQ(without_query("https://host/v2/?_state=secret"), "https://host/v2/");
  EXPECT_EQ(escaped("repository:a/b:pull,push x~"), "repository%3Aa%2Fb%3Apull%2Cpush%20x~");
}

TEST(Base64, GoesBothWays) {
  for (const char* text : {"", "a", "ab", "abc", "student:secret"})
    EXPECT_EQ(from_base64(base64(text)), text);
  EXPECT_EQ(base64("student:secret"), "c3R1ZGVudDpzZWNyZXQ=");
  EXPECT_EQ(from_base64("====!"), std::nullopt);
}

TEST(Credentials, AreKeptInDockersFileForTheirOwnerAlone) {
  const support::TemporaryFolder folder("registry");
  const std::string file = folder.path() + "/new/config.json";
  EXPECT_FALSE(read_login(file, "host:5000"));
  write_login(file, "host:5000", {"student", "se:cret"});
  write_login(file, "docker.io", {"other", "word"});
  EXPECT_EQ(sys::stat(file).st_mode & 0777, 0600U);
  EXPECT_EQ(read_login(file, "host:5000")->password, "se:cret");
  EXPECT_THAT(sys::read_file(file), HasSubstr("https://index.docker.io/v1/"));
  EXPECT_TRUE(remove_login(file, "host:5000"));
  EXPECT_FALSE(remove_login(file, "host:5000"));
  EXPECT_EQ(read_login(file, "docker.io")->user, "other");
}

// More than a pipe holds, so that the program is gone while it is written to.
TEST(Credentials, AreKeptByAProgramThatDoesNotListenToTheEnd) {
  const support::TemporaryFolder folder("registry");
  sys::write_file_atomically(folder / "docker-credential-deaf", "#!/bin/sh\nexit 0\n", 0755);
  sys::write_file_atomically(folder / "config.json", R"({"credsStore": "deaf"})");
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder.path() + ":" + path).c_str(), 1);
  EXPECT_NO_THROW(write_login(folder / "config.json", "host:5000", {"student", std::string(200'000, 'x')}));
  ::setenv("PATH", path.c_str(), 1);
}

TEST(Credentials, LeaveWhatIsNotTheirs) {
  const support::TemporaryFolder folder("registry");
  const std::string file = folder.path() + "/config.json";
  sys::write_file_atomically(file, R"({"psFormat": "x", "auths": {"a": {"auth": "!"}, "b": 7}})");
  EXPECT_FALSE(read_login(file, "a"));
  EXPECT_FALSE(read_login(file, "b"));
  write_login(file, "c", {"me", "word"});
  EXPECT_THAT(sys::read_file(file), HasSubstr("psFormat"));
  sys::write_file_atomically(file, "no json");
  EXPECT_THROW(read_login(file, "a"), std::runtime_error);
}

TEST(Bars, ShowHowMuchHasCome) {
  EXPECT_EQ(bar(0, 100), "[>" + std::string(49, ' ') + "]  0B/100B");
  EXPECT_EQ(bar(50, 100), "[" + std::string(25, '=') + ">" + std::string(24, ' ') + "]  50B/100B");
  EXPECT_EQ(bar(100, 100), "[" + std::string(50, '=') + "]  100B/100B");
}

TEST(Platforms, AreChosenFromAnIndex) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const std::string other = "sha256:" + std::string(64, 'b');
  const std::string index =
      R"({"manifests": [{"digest": ")" + other +
      R"(", "size": 1, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}, {"digest": ")" +
      digest + R"(", "size": 2, "platform": {"os": "linux", "architecture": "amd64"}}]})";
  EXPECT_EQ(image::media_type_of(index), image::kIndexType);
  EXPECT_EQ(image::choose(index, image::parse_platform("linux/amd64")).digest, digest);
  EXPECT_EQ(image::choose(index, image::parse_platform("arm64")).digest, other);
  EXPECT_EQ(image::choose(index, image::parse_platform("linux/arm64/v8")).digest, other);
  try {
    image::choose(index, image::parse_platform("linux/arm64/v7"));
    FAIL();
  } catch (const image::BadArchive& error) {
    EXPECT_THAT(error.what(), HasSubstr("linux/arm64/v8, linux/amd64"));
  }
  for (const char* wrong : {"", "/", "linux/", "a/b/c/d", "a//b"})
    EXPECT_THROW(image::parse_platform(wrong), std::invalid_argument) << wrong;
  for (const char* wrong : {"", "[]", "{}", R"({"manifests": {}})", R"({"manifests": [{}]})"})
    EXPECT_THROW(image::choose(wrong, image::host_platform()), image::BadArchive) << wrong;
}

}  // namespace
