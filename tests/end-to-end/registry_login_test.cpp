// Who a registry believes, and whom we believe: passwords, where they are kept, and certificates.
// Reads: docker-login(1), containers-certs.d(5).
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end-to-end/registry_fixture.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::Registry;
using e2e::RegistryServer;
using e2e::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Password : public Registry {
 protected:
  void SetUp() override {
    Registry::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<RegistryServer>(root_ + "/locked", e2e::RegistryOptions{.password = true});
    host_ = server_->host();
  }
  Result login(const std::string& password) const {
    return mini({"login", "-u", "student", "--password-stdin", host_}, password + "\n");
  }
};

TEST_F(Password, IsAskedForByTheRegistryAndKeptForItsOwnerAlone) {
  mini({"tag", "busybox", host_ + "/box:1"});
  const Result refused = mini({"push", host_ + "/box:1"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("unauthorized: authentication required"));
  const Result wrong = login("guess");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("failed with status: 401 Unauthorized"));
  EXPECT_FALSE(sys::exists(root_ + "/docker/config.json"));
  const Result right = login("secret");
  EXPECT_EQ(right.code, 0) << right.err;
  EXPECT_THAT(right.out, testing::EndsWith("Login Succeeded\n"));
  EXPECT_EQ(sys::stat(root_ + "/docker/config.json").st_mode & 0777, 0600U);
  EXPECT_EQ(mini({"push", host_ + "/box:1"}).code, 0);
  EXPECT_THAT(mini({"logout", host_}).out, HasSubstr("Removing login credentials for " + host_));
  EXPECT_EQ(mini({"logout", host_}).out, "Not logged in to " + host_ + "\n");
  const Result again = mini({"pull", host_ + "/box:2"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("pull access denied for " + host_ + "/box"));
}

TEST_F(Password, IsInNoTraceAndNotTypedWhereOthersSee) {
  ASSERT_EQ(login("secret").code, 0);
  mini({"tag", "busybox", host_ + "/box:1"});
  const Result pushed = mini({"push", "--explain", host_ + "/box:1"});
  EXPECT_EQ(pushed.code, 0);
  EXPECT_THAT(pushed.err, AllOf(Not(HasSubstr("secret")), Not(HasSubstr("c3R1ZGVudDpzZWNyZXQ"))));
  const Result told = mini({"login", "-u", "student", "-p", "secret", host_});
  EXPECT_EQ(told.code, 0);
  EXPECT_THAT(told.err,
              HasSubstr("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"));
  EXPECT_EQ(mini({"login", "-u", "student", "-p", "x", "--password-stdin", host_}).code, 1);
  EXPECT_THAT(mini({"login", host_}).err,
              HasSubstr("Cannot perform an interactive login from a non TTY device"));
}

TEST_F(Password, IsAskedForAtATerminalAndNotShown) {
  e2e::Screen screen({ISOLAB_BIN "/mini-container", "--root", root_, "login", host_}, e2e::kSmall);
  EXPECT_TRUE(screen.shows("Username: "));
  screen.type("student\n");
  EXPECT_TRUE(screen.shows("Password: "));
  screen.type("secret\n");
  EXPECT_TRUE(screen.shows("Login Succeeded"));
  EXPECT_EQ(screen.end(), 0);
  EXPECT_THAT(screen.all(), Not(HasSubstr("secret")));
  e2e::Screen left({ISOLAB_BIN "/mini-container", "--root", root_, "login", "-u", "student", host_},
                   e2e::kSmall);
  EXPECT_TRUE(left.shows("Password: "));
  left.type("\x03");
  EXPECT_EQ(left.end(), 1) << "Ctrl-C at the prompt";
}

// A program of the test's own, which keeps what it is told in a file.
TEST_F(Password, CanBeKeptByAnotherProgram) {
  const std::string helper = root_ + "/docker-credential-test", kept = root_ + "/kept";
  sys::write_file_atomically(
      helper,
      "#!/bin/sh\ncase $1 in\nstore) cat >" + kept + " ;;\nerase) rm " + kept +
          " ;;\nget) cat >/dev/null; cat " + kept +
          " 2>/dev/null || { echo credentials not found in native keychain; exit 1; } ;;\nesac\n",
      0755);
  std::filesystem::create_directories(root_ + "/docker");
  sys::write_file_atomically(root_ + "/docker/config.json",
                             R"({"credHelpers": {")" + host_ + R"(": "test"}, "other": 1})", 0600);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (root_ + ":" + path).c_str(), 1);
  mini({"tag", "busybox", host_ + "/box:1"});
  EXPECT_EQ(mini({"push", host_ + "/box:1"}).code, 1);
  const Result done = login("secret");
  EXPECT_EQ(done.out, "Login Succeeded\n") << done.err;
  const std::string file = sys::read_file(root_ + "/docker/config.json");
  EXPECT_THAT(file, AllOf(Not(HasSubstr("c3R1ZGVudDpzZWNyZXQ")), HasSubstr("\"other\": 1")));
  EXPECT_EQ(nlohmann::json::parse(sys::read_file(kept))["Secret"], "secret");
  EXPECT_EQ(nlohmann::json::parse(sys::read_file(kept))["ServerURL"], host_);
  EXPECT_EQ(mini({"push", host_ + "/box:1"}).code, 0);
  EXPECT_THAT(mini({"logout", host_}).out, HasSubstr("Removing login credentials"));
  EXPECT_FALSE(sys::exists(kept));
  sys::write_file_atomically(root_ + "/docker/config.json", R"({"credsStore": "nosuch"})", 0600);
  EXPECT_THAT(mini({"push", host_ + "/box:1"}).err,
              HasSubstr("error getting credentials - err: exec: \"docker-credential-nosuch\""));
  sys::write_file_atomically(root_ + "/docker/config.json", R"({"credsStore": "../x"})", 0600);
  EXPECT_THAT(mini({"push", host_ + "/box:1"}).err, HasSubstr("is no name of a credential helper"));
  ::setenv("PATH", path.c_str(), 1);
}

class Authorities : public Registry {
 protected:
  void SetUp() override {
    Registry::SetUp();
    if (IsSkipped()) return;
    const std::string key = root_ + "/key.pem", certificate = root_ + "/certificate.pem";
    const Result made = e2e::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                                  "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                                  "-keyout", key, "-out", certificate});
    if (made.code != 0) GTEST_SKIP() << "no certificate without openssl: " << made.err;
    certificate_ = certificate;
    server_ = std::make_unique<RegistryServer>(root_ + "/tls",
                                               e2e::RegistryOptions{.certificate = certificate, .key = key});
    host_ = server_->host();
    home_ = root_ + "/home";
    ::setenv("HOME", home_.c_str(), 1);
  }
  void TearDown() override {
    ::setenv("HOME", "/root", 1);
    Registry::TearDown();
  }
  std::string certificate_, home_;
};

TEST_F(Authorities, OfOnesOwnAreTrustedFromTheirFolderOnly) {
  mini({"tag", "busybox", host_ + "/box:1"});
  const Result refused = mini({"push", host_ + "/box:1"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("certificate"), HasSubstr("/etc/docker/certs.d/" + host_ + "/ca.crt")));
  EXPECT_EQ(mini({"push", "--insecure", host_ + "/box:1"}).code, 0) << "asked for";
  const std::string folder = home_ + "/.config/containers/certs.d/" + host_;
  sys::mkdir_parents(folder);
  sys::write_file_atomically(folder + "/ca.crt", sys::read_file(certificate_));
  const Result pulled = mini({"pull", host_ + "/box:1"});
  EXPECT_EQ(pulled.code, 0) << pulled.err;
}

}  // namespace
