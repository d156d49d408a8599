// Images go to Debian's docker-registry and come back, with ours and with skopeo; and what goes wrong is told as Docker
// tells it. Reads: docker-pull(1), docker-push(1), docker-search(1), skopeo-copy(1).
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "base/sys/terminal.h"
#include "tests/end-to-end/registry_fixture.h"

namespace {

using e2e::Registry;
using e2e::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

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
  EXPECT_EQ(mini({"create", host_ + "/nosuch"}).code, 1) << "as Docker: 125 is for flags";
}

TEST_F(Registry, IsSearchedByItsCatalog) {
  for (const char* name : {"/red/one:1", "/red/two:1", "/blue:1"})
    push_busybox(host_ + name);
  EXPECT_EQ(mini({"search", "--format", "{{.Name}}", host_ + "/red"}).out,
            host_ + "/red/one\n" + host_ + "/red/two\n");
  EXPECT_EQ(mini({"search", "--limit", "1", "--format", "{{.Name}}", host_ + "/red"}).out,
            host_ + "/red/one\n");
  EXPECT_THAT(mini({"search", host_ + "/blue"}).out, HasSubstr(host_ + "/blue"));
  EXPECT_EQ(mini({"search", "--format", "{{.Name}}", host_ + "/green"}).out, "");
  const Result nobody = mini({"search", "localhost:1/red"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("check that a registry runs at localhost:1"));
}

TEST_F(Registry, RunTakesTheImageOfThePlatformAskedFor) {
  const std::string name = host_ + "/box:1";
  push_busybox(name);
  EXPECT_EQ(run_container({"--rm", "--network", "none", "--platform",
                           "linux/" + e2e::run({"dpkg", "--print-architecture"}).out.substr(0, 5), name,
                           "echo", "here"})
                .out,
            "here\n");
  const Result other = run_container({"--rm", "--pull", "never", "--platform", "linux/s390x", name, "true"});
  EXPECT_EQ(other.code, 125);
  EXPECT_THAT(other.err, HasSubstr("was found but its platform (linux/"));
  EXPECT_THAT(other.err, HasSubstr("does not match the specified platform (linux/s390x)"));
  EXPECT_EQ(run_container({"--rm", "--platform", "linux/s390x", name, "true"}).code, 125)
      << "nor has the registry it";
  EXPECT_THAT(run_container({"--rm", "--platform", "//", name, "true"}).err, HasSubstr("is no platform"));
}

TEST_F(Registry, WhatIsMovedIsAnEvent) {
  push_busybox(host_ + "/box:1");
  ASSERT_EQ(mini({"pull", host_ + "/box:1"}).code, 0);
  ASSERT_EQ(mini({"save", "-o", root_ + "/box.tar", host_ + "/box:1"}).code, 0);
  ASSERT_EQ(mini({"load", "-i", root_ + "/box.tar"}).code, 0);
  EXPECT_EQ(mini({"pull", host_ + "/nosuch"}).code, 1);
  const std::string told = mini({"events", "--since", "1h", "--until", "0s", "-f", "type=image", "--format",
                                 "{{.Action}} {{.ID}} {{.Actor.Attributes.name}}"})
                               .out;
  EXPECT_THAT(told, HasSubstr("push " + host_ + "/box:1 " + host_ + "/box\n"));
  EXPECT_THAT(told, HasSubstr("pull " + host_ + "/box:1 " + host_ + "/box\nsave sha256:"));
  EXPECT_THAT(told, HasSubstr("\nload sha256:"));
  EXPECT_THAT(told, Not(HasSubstr("nosuch")));
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

}  // namespace
