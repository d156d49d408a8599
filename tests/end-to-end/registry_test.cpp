// Images go to Debian's docker-registry and come back, with ours and with skopeo; and what goes wrong is told as Docker
// tells it. Reads: docker-pull(1), docker-push(1), docker-login(1), skopeo-copy(1).
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/terminal.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/registry_server.h"

namespace {

using e2e::RegistryServer;
using e2e::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class Registry : public e2e::Containers {
 protected:
  void SetUp() override {
    if (!RegistryServer::installed()) GTEST_SKIP() << "docker-registry is not installed";
    Containers::SetUp();
    if (IsSkipped()) return;
    ::setenv("DOCKER_CONFIG", (root_ + "/docker").c_str(), 1);
    server_ = std::make_unique<RegistryServer>(root_ + "/registry");
    host_ = server_->host();
  }
  void TearDown() override {
    server_.reset();
    Containers::TearDown();
    ::unsetenv("DOCKER_CONFIG");
  }

  // Pushes busybox under this name and forgets the name.
  void push_busybox(const std::string& name) const {
    ASSERT_EQ(mini({"tag", "busybox", name}).code, 0);
    const Result pushed = mini({"push", name});
    ASSERT_EQ(pushed.code, 0) << pushed.err;
    ASSERT_EQ(mini({"rmi", name}).code, 0);
  }
  // Nothing of our own is left: the next pull fetches all.
  void forget_all() const { mini({"image", "prune", "-a", "-f"}); }
  std::string layer_digest(const std::string& image) const {
    const std::string manifest =
        mini({"images", "--digests", "--no-trunc", "--format", "{{.Digest}}", image}).out.substr(7, 64);
    return nlohmann::json::parse(
        sys::read_file(root_ + "/store/oci/blobs/sha256/" + manifest))["layers"][0]["digest"];
  }

  std::unique_ptr<RegistryServer> server_;
  std::string host_;
};

TEST_F(Registry, TakesAnImageAndGivesItBack) {
  const std::string name = host_ + "/team/box:1.0";
  ASSERT_EQ(mini({"tag", "busybox", name}).code, 0);
  const Result pushed = mini({"push", name});
  EXPECT_EQ(pushed.code, 0) << pushed.err;
  EXPECT_THAT(pushed.out, MatchesRegex("The push refers to repository \\[" + host_ +
                                       "/team/box\\]\n[0-9a-f]{12}: Preparing\n[0-9a-f]{12}: Pushed\n1.0: "
                                       "digest: sha256:[0-9a-f]{64} size: [0-9]+\n"));
  EXPECT_THAT(mini({"push", name}).out, HasSubstr(": Layer already exists\n"));
  forget_all();
  const Result pulled = mini({"pull", name});
  EXPECT_EQ(pulled.code, 0) << pulled.err;
  EXPECT_THAT(pulled.out,
              AllOf(testing::StartsWith("1.0: Pulling from team/box\n"),
                    HasSubstr(": Pull complete\nDigest: sha256:"),
                    testing::EndsWith("Status: Downloaded newer image for " + name + "\n" + name + "\n")));
  EXPECT_THAT(mini({"pull", name}).out, HasSubstr("Status: Image is up to date for " + name));
  EXPECT_EQ(mini({"pull", "-q", name}).out, name + "\n");
  EXPECT_EQ(run_container({"--rm", "--network", "none", name, "echo", "hello"}).out, "hello\n");
  const std::string digest = mini({"images", "--format", "{{.Digest}}", host_ + "/team/box"}).out;
  EXPECT_THAT(pushed.out, HasSubstr(digest.substr(0, 71)));
}

TEST_F(Registry, GivesAllTagsAndAnImageByItsDigest) {
  mini({"tag", "busybox", host_ + "/box:a"});
  mini({"tag", "busybox", host_ + "/box:b"});
  EXPECT_EQ(mini({"push", "-a", host_ + "/box"}).code, 0);
  const std::string digest = mini({"images", "--format", "{{.Digest}}", "busybox"}).out.substr(0, 71);
  forget_all();
  EXPECT_EQ(mini({"pull", "-a", host_ + "/box"}).code, 0);
  EXPECT_THAT(mini({"images", "--format", "{{.Tag}}", host_ + "/box"}).out,
              testing::AnyOf("a\nb\n", "b\na\n"));
  forget_all();
  const std::string by_digest = host_ + "/box@" + digest;
  EXPECT_THAT(mini({"pull", by_digest}).out, testing::EndsWith(by_digest + "\n"));
  EXPECT_EQ(run_container({"--rm", "--network", "none", by_digest, "echo", "hello"}).out, "hello\n");
  EXPECT_THAT(mini({"image", "inspect", "--format", "{{.RepoDigests}}", by_digest}).out,
              HasSubstr(by_digest));
}

TEST_F(Registry, IsAskedByRunWhenTheImageIsMissing) {
  const std::string name = host_ + "/box:latest";
  push_busybox(name);
  forget_all();
  const Result never = run_container({"--rm", "--pull", "never", name, "true"});
  EXPECT_EQ(never.code, 125);
  EXPECT_THAT(never.err, HasSubstr("No such image: " + name));
  const Result first = run_container({"--rm", "--network", "none", host_ + "/box", "echo", "hello"});
  EXPECT_EQ(first.out, "hello\n") << "progress goes to standard error";
  EXPECT_THAT(first.err, AllOf(HasSubstr("Unable to find image '" + name + "' locally\n"),
                               HasSubstr("Downloaded newer image")));
  EXPECT_EQ(run_container({"--rm", "--network", "none", name, "true"}).err, "");
  EXPECT_THAT(run_container({"--rm", "--network", "none", "--pull", "always", name, "true"}).err,
              HasSubstr("Image is up to date"));
  EXPECT_EQ(mini({"create", host_ + "/nosuch"}).code, 125);
}

TEST_F(Registry, AndSkopeoUnderstandEachOther) {
  if (e2e::run({"sh", "-c", "command -v skopeo"}).code != 0) GTEST_SKIP() << "skopeo is not installed";
  push_busybox(host_ + "/ours:1");
  const Result read = e2e::run({"skopeo", "copy", "--src-tls-verify=false", "docker://" + host_ + "/ours:1",
                                "oci:" + root_ + "/theirs:1"});
  EXPECT_EQ(read.code, 0) << read.err;
  for (const char* format : {"v2s2", "oci"}) {
    const std::string name = host_ + "/theirs:" + format;
    const Result written = e2e::run({"skopeo", "copy", "--dest-tls-verify=false", "--format", format,
                                     "oci:" + root_ + "/theirs:1", "docker://" + name});
    ASSERT_EQ(written.code, 0) << written.err;
    forget_all();
    EXPECT_EQ(mini({"pull", "-q", name}).code, 0);
    EXPECT_EQ(run_container({"--rm", "--network", "none", name, "echo", format}).out,
              format + std::string("\n"));
    EXPECT_EQ(mini({"tag", name, host_ + "/again:1"}).code, 0);
    EXPECT_EQ(mini({"push", host_ + "/again:1"}).code, 0)
        << "what came as " << format << " goes back as it came";
  }
}

TEST_F(Registry, MountsWhatAnotherOfItsRepositoriesHas) {
  ASSERT_EQ(mini({"tag", "busybox", host_ + "/one:1"}).code, 0);
  ASSERT_EQ(mini({"push", host_ + "/one:1"}).code, 0);
  ASSERT_EQ(mini({"tag", "busybox", host_ + "/two:1"}).code, 0);
  EXPECT_THAT(mini({"push", host_ + "/two:1"}).out, HasSubstr(": Mounted from one\n"));
}

TEST_F(Registry, RefusalsAreTold) {
  const Result missing = mini({"pull", host_ + "/nosuch:1"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("manifest for " + host_ + "/nosuch:1 not found: manifest unknown"));
  const Result nobody = mini({"pull", "localhost:1/box"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, AllOf(HasSubstr("localhost:1/v2/"), HasSubstr("connect")));
  const Result unknown = mini({"push", host_ + "/nosuch"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("An image does not exist locally with the tag: " + host_ + "/nosuch"));
  EXPECT_EQ(mini({"pull", "Wrong Name"}).code, 1);
  EXPECT_THAT(mini({"pull", "-a", host_ + "/box:1"}).err, HasSubstr("tag can't be used with --all-tags"));
}

TEST_F(Registry, ADamagedBlobIsNamedAndNothingOfItIsKept) {
  push_busybox(host_ + "/box:1");
  const std::string digest = layer_digest("busybox");
  forget_all();
  const std::string file = server_->blob_file(digest);
  std::string bytes = sys::read_file(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  sys::write_file_atomically(file, bytes);
  const Result pulled = mini({"pull", host_ + "/box:1"});
  EXPECT_EQ(pulled.code, 1);
  EXPECT_THAT(pulled.err, HasSubstr("verification failed for digest " + digest));
  EXPECT_EQ(mini({"images", "-q"}).out, "");
  EXPECT_THAT(sys::list_directory(root_ + "/store/incoming"), testing::IsEmpty());
  EXPECT_THAT(sys::list_directory(root_ + "/store/layers"), testing::IsEmpty());
}

TEST_F(Registry, ExplainTellsEveryRequestAndItsPurpose) {
  push_busybox(host_ + "/box:1");
  forget_all();
  const Result pulled = mini({"pull", "--explain", host_ + "/box:1"});
  EXPECT_EQ(pulled.code, 0);
  EXPECT_THAT(pulled.err,
              AllOf(HasSubstr("registry"), HasSubstr("> resolve the name"),
                    HasSubstr("/v2/box/manifests/1, the manifest: which configuration and layers?) = 200"),
                    HasSubstr("the bytes of a layer) = 200"), HasSubstr("> keep the image")));
}

TEST_F(Registry, ProgressOnATerminalHasALineForEachLayer) {
  push_busybox(host_ + "/box:1");
  forget_all();
  sys::Pty pty = sys::open_pty("/dev/ptmx");
  sys::set_window_size(pty.master.get(), {24, 60, 0, 0});
  sys::UniqueFd terminal = sys::open_pty_peer(pty.master.get());
  sys::SpawnOptions options;
  options.output = terminal.get();
  sys::Child child =
      sys::spawn({ISOLAB_BIN "/mini-container", "--root", root_, "pull", host_ + "/box:1"}, options);
  terminal.reset();
  std::string text;
  char buffer[4096];
  while (const std::size_t count = sys::read_terminal(pty.master.get(), buffer))
    text.append(buffer, count);
  EXPECT_EQ(child.wait().shell_code(), 0);
  EXPECT_THAT(text, AllOf(HasSubstr(": Pulling fs layer"), HasSubstr("Downloading ["), HasSubstr("\033[1A"),
                          HasSubstr(": Pull complete\033[K")));
}

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
