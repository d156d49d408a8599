// Images of Debian's packages, made on this machine (tests/images/make.sh), go to Debian's docker-registry and come back to
// mini-container, docker, podman and skopeo; and the lecture's examples run on them: echo, a shell at a terminal, redis and
// its client in a second container, a web server on port 3000, a volume that outlives its container.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"
#include "tests/end-to-end/registry_server.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::Result;
using engines::Arguments;
using testing::HasSubstr;

constexpr char kFolder[] = ISOLAB_BIN "/../images";
constexpr int kCannotBeHad = 75;
constexpr const char* kNames[] = {"debian", "redis", "nginx", "python"};
std::string why_not;  // images cannot be made here

// Outside the private view, where packages can be fetched.
void make_images() {
  why_not = engines::missing({"mmdebstrap", "docker-registry", "curl"});
  if (!why_not.empty()) return;
  const Result made = e2e::run({ISOLAB_SOURCE "/tests/images/make.sh", ISOLAB_BIN, kFolder});
  if (made.code == kCannotBeHad) why_not = "Debian's packages cannot be fetched here: " + made.err;
  if (made.code != 0 && made.code != kCannotBeHad)
    throw std::runtime_error("tests/images/make.sh: " + made.out + made.err);
}

Result mini(Arguments verb) {
  verb.insert(verb.begin(), ISOLAB_BIN "/mini-container");
  return e2e::run(verb);
}

class RealImages : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    const Result loaded = mini({"load", "-i", std::string(kFolder) + "/images.tar"});
    ASSERT_EQ(loaded.code, 0) << loaded.err;
  }
  void TearDown() override {
    if (!why_not.empty()) return;
    EXPECT_EQ(mini({"reset", "-f"}).code, 0);
    EXPECT_EQ(mini({"doctor", "--leaks"}).out, "nothing was left behind\n");
  }
};

// Each engine pulls them all and says which image it has: the same for all.
TEST_F(RealImages, GoThroughARegistryToEveryEngine) {
  const e2e::RegistryServer server(engines::folder() + "/registry");
  const auto at = [&](const std::string& name) { return server.host() + "/course/" + name + ":12"; };
  for (const char* name : kNames) {
    ASSERT_EQ(mini({"tag", name, at(name)}).code, 0);
    ASSERT_EQ(mini({"push", "-q", at(name)}).code, 0);
  }
  const std::string id = mini({"image", "inspect", "-f", "{{.Id}}", "redis"}).out;
  ASSERT_EQ(mini({"image", "prune", "-a", "-f"}).code, 0);
  for (const char* name : kNames)
    EXPECT_EQ(mini({"pull", "-q", at(name)}).code, 0);
  EXPECT_EQ(mini({"image", "inspect", "-f", "{{.Id}}", at("redis")}).out, id);
  const std::string shared = mini({"image", "diff", at("redis"), at("nginx")}).out;
  EXPECT_THAT(shared, HasSubstr("shared: 1 layers")) << "the base is fetched and kept once";

  const std::string version =
      mini({"run", "--rm", "--network", "none", at("redis"), "redis-server", "--version"}).out;
  EXPECT_THAT(version, HasSubstr("Redis server v="));
  for (const char* other : {"docker", "podman"}) {
    std::string why;
    engines::Engine* engine = engines::shared_engine(other, why);
    if (engine == nullptr) continue;
    const auto ask = [&](const Arguments& verb) {
      const auto output = engine->call(verb);
      EXPECT_EQ(output.status.shell_code(), 0) << other << ": " << output.errors;
      return output.text;
    };
    ask(other == std::string("podman") ? Arguments{"pull", "--tls-verify=false", at("redis")}
                                       : Arguments{"pull", at("redis")});
    EXPECT_THAT(id, HasSubstr(ask({"image", "inspect", "--format", "{{.Id}}", at("redis")}).substr(7, 50)))
        << other;
    EXPECT_EQ(ask({"run", "--rm", "--network", "none", at("redis"), "redis-server", "--version"}), version);
  }
  if (e2e::run({"sh", "-c", "command -v skopeo"}).code != 0) return;
  const Result seen =
      e2e::run({"skopeo", "inspect", "--tls-verify=false", "--config", "docker://" + at("python")});
  EXPECT_THAT(seen.out, HasSubstr("3000/tcp")) << seen.err;
  // What another pushes comes back to us.
  const Result copied = e2e::run({"skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false",
                                  "docker://" + at("python"), "docker://" + at("again")});
  EXPECT_EQ(copied.code, 0) << copied.err;
  EXPECT_EQ(mini({"run", "--rm", "--network", "none", at("again"), "python3", "-c", "print(6 * 7)"}).out,
            "42\n");
}

TEST_F(RealImages, AShellAtATerminal) {
  EXPECT_EQ(mini({"run", "--rm", "--network", "none", "busybox", "echo", "hello"}).out, "hello\n");
  e2e::Screen screen({ISOLAB_BIN "/mini-container", "run", "-it", "--rm", "--hostname", "lecture",
                      "--network", "none", "debian"},
                     e2e::kSmall);
  ASSERT_TRUE(screen.shows("root@lecture:/# ")) << screen.all();
  screen.type("cat /etc/debian_version; tty\n");
  EXPECT_TRUE(screen.shows("12.")) << screen.all();
  EXPECT_TRUE(screen.shows("/dev/pts/0")) << screen.all();
  screen.type("dpkg --list | grep -c ^ii && exit 6\n");
  EXPECT_EQ(screen.end(), 6) << screen.all();
}

TEST_F(RealImages, AWebServerOnPort3000) {
  const std::string pages = engines::folder() + "/pages";
  sys::mkdir_if_missing(pages);
  sys::write_file_atomically(pages + "/index.html", "<h1>it works</h1>\n");
  EXPECT_EQ(
      mini({"run", "-d", "--name", "web", "-p", "3000:80", "-v", pages + ":/var/www/html:ro", "nginx"}).code,
      0);
  EXPECT_TRUE(e2e::eventually([] {
    return e2e::run({"curl", "-sf", "http://127.0.0.1:3000/"}).out == "<h1>it works</h1>\n";
  })) << mini({"logs", "web"}).err;
  EXPECT_EQ(mini({"port", "web"}).out, "80/tcp -> 0.0.0.0:3000\n");
  EXPECT_EQ(mini({"rm", "-f", "web"}).code, 0);
  EXPECT_NE(e2e::run({"curl", "-sf", "http://127.0.0.1:3000/"}).code, 0);
}

// The data are in the volume: another container, of the same image, goes on with them.
TEST_F(RealImages, RedisAndItsClientAndAVolumeThatSurvives) {
  if (mini({"network", "create", "shop"}).code != 0) GTEST_SKIP() << "mini-container has no verb network yet";
  const auto start = [] {
    EXPECT_EQ(mini({"run", "-d", "--name", "store", "--network", "shop", "-v", "data:/data", "-w", "/data",
                    "redis", "redis-server", "--protected-mode", "no", "--appendonly", "yes"})
                  .code,
              0);
  };
  const auto client = [](const Arguments& words) {
    Arguments all = {"run", "--rm", "--network", "shop", "redis", "redis-cli", "-h", "store"};
    all.insert(all.end(), words.begin(), words.end());
    return mini(all).out;
  };
  start();
  EXPECT_TRUE(e2e::eventually([&] { return client({"ping"}) == "PONG\n"; })) << mini({"logs", "store"}).out;
  EXPECT_EQ(client({"set", "apples", "12"}), "OK\n");
  EXPECT_EQ(mini({"rm", "-f", "store"}).code, 0);
  start();
  EXPECT_TRUE(e2e::eventually([&] {
    return client({"get", "apples"}) == "12\n";
  })) << mini({"logs", "store"}).out;
  EXPECT_EQ(mini({"rm", "-f", "store"}).code, 0);
  EXPECT_EQ(mini({"network", "rm", "shop"}).code, 0);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (::geteuid() != 0 || testing::GTEST_FLAG(list_tests)) {
    why_not = "engines and their networks need root";
    return RUN_ALL_TESTS();
  }
  make_images();
  return engines::in_own_view([] { return RUN_ALL_TESTS(); });
}
