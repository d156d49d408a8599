// What users type, as values: sizes, processors, signals, volumes, names, users, capabilities.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "mini-container/engine/capabilities.h"
#include "mini-container/engine/container.h"
#include "mini-container/engine/detach_keys.h"
#include "mini-container/engine/monitor/attached.h"
#include "mini-container/engine/monitor/oci_runtime.h"
#include "mini-container/engine/monitor/protocol.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/engine/paths.h"
#include "mini-container/engine/restart.h"

namespace {

using namespace engine;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TEST(Sizes, AreReadWithDockersSuffixes) {
  EXPECT_EQ(parse_bytes("1024"), 1024);
  EXPECT_EQ(parse_bytes("64m"), 64 << 20);
  EXPECT_EQ(parse_bytes("64MB"), 64 << 20);
  EXPECT_EQ(parse_bytes("64MiB"), 64 << 20);
  EXPECT_EQ(parse_bytes("1.5g"), 3LL << 29);
}

TEST(Sizes, ThatAreNoneAreRefused) {
  for (const char* text : {"", "m", "-1", "1x", "1mm", "inf", "nan", "1 g", "99999999t"}) {
    EXPECT_THROW(parse_bytes(text), std::invalid_argument) << text;
  }
}

TEST(Processors, AreMicrosecondsOfEachHundredThousand) {
  EXPECT_EQ(parse_cpus("0.5"), 50'000);
  EXPECT_EQ(parse_cpus("2"), 200'000);
  for (const char* text : {"", "0", "-1", "0.001", "two", "1x"}) {
    EXPECT_THROW(parse_cpus(text), std::invalid_argument) << text;
  }
}

TEST(Signals, AreKnownByNameAndNumber) {
  EXPECT_EQ(parse_signal("TERM"), SIGTERM);
  EXPECT_EQ(parse_signal("SIGHUP"), SIGHUP);
  EXPECT_EQ(parse_signal("9"), SIGKILL);
  for (const char* text : {"", "0", "65", "NOPE", "9x"}) {
    EXPECT_THROW(parse_signal(text), std::invalid_argument) << text;
  }
}

TEST(Volumes, HaveASourceADestinationAndAMode) {
  const Volume bind = parse_volume("/srv/data:/data:ro");
  EXPECT_EQ(bind.source, "/srv/data");
  EXPECT_EQ(bind.destination, "/data");
  EXPECT_TRUE(bind.read_only);
  EXPECT_FALSE(bind.named());
  EXPECT_TRUE(parse_volume("cache:/var/cache").named());
  EXPECT_EQ(parse_volume("/only").destination, "/only");
  EXPECT_EQ(to_string(bind), "/srv/data:/data:ro");
}

TEST(Volumes, ThatCouldMeanSomethingElseAreRefused) {
  for (const char* text :
       {"", ":", "a:b", "/a:b", "a/b:/c", "..:/c", "/a:/b:rx", "/a:/b:ro:x", ":/b", "/a:/"}) {
    EXPECT_THROW(parse_volume(text), std::invalid_argument) << text;
  }
}

TEST(Moments, AreTimesOrSoLongAgo) {
  constexpr std::int64_t kNow = 1'769'854'830;  // 2026-01-31T10:20:30Z
  EXPECT_EQ(parse_moment("30s", kNow), "2026-01-31T10:20:00.000000000Z");
  EXPECT_EQ(parse_moment("1h20m30s", kNow), "2026-01-31T09:00:00.000000000Z");
  EXPECT_EQ(parse_moment("1769854830.5", kNow), "2026-01-31T10:20:30.500000000Z");
  EXPECT_EQ(parse_moment("2026-01-31", kNow), "2026-01-31T00:00:00.000000000Z");
  EXPECT_EQ(parse_moment("2026-01-31T10:20:30.25Z", kNow), "2026-01-31T10:20:30.250000000Z");
  for (const char* text : {"", "yesterday", "10x", "2026-01", "2026/01/31", "2026-01-31T10:20:30+02:00"})
    EXPECT_THROW(parse_moment(text, kNow), std::invalid_argument) << text;
}

TEST(RestartPolicies, AreDockersFour) {
  EXPECT_EQ(parse_restart("on-failure:3").retries, 3);
  EXPECT_EQ(parse_restart("on-failure").retries, 0);
  for (const char* text : {"no", "always", "unless-stopped"})
    EXPECT_EQ(parse_restart(text).name, text);
  for (const char* text : {"", "never", "always:3", "on-failure:", "on-failure:x", "on-failure:-1"})
    EXPECT_THROW(parse_restart(text), std::invalid_argument) << text;
}

TEST(RestartPolicies, DecideByCodeCountAndWhoEndedIt) {
  Container container;
  const auto wants = [&](const char* policy, int code) {
    container.settings.restart = parse_restart(policy);
    return wants_restart(container, code);
  };
  EXPECT_FALSE(wants("no", 1));
  EXPECT_TRUE(wants("always", 0));
  EXPECT_TRUE(wants("unless-stopped", 0));
  EXPECT_TRUE(wants("on-failure", 1));
  EXPECT_FALSE(wants("on-failure", 0));
  container.restarts = 2;
  EXPECT_TRUE(wants("on-failure:3", 1));
  EXPECT_FALSE(wants("on-failure:2", 1));
  container.stop_requested = true;
  EXPECT_FALSE(wants("always", 0));
}

TEST(RestartPolicies, WaitTwiceAsLongEachTime) {
  EXPECT_EQ(restart_delay(0).count(), 100);
  EXPECT_EQ(restart_delay(3).count(), 800);
  EXPECT_EQ(restart_delay(1000).count(), 60'000);
}

TEST(Ulimits, HaveANameASoftAndAHardLimit) {
  const Ulimit files = parse_ulimit("nofile=64:128");
  EXPECT_EQ(files.type, "RLIMIT_NOFILE");
  EXPECT_EQ(files.soft, 64U);
  EXPECT_EQ(files.hard, 128U);
  EXPECT_EQ(parse_ulimit("core=0").hard, 0U);
  EXPECT_EQ(parse_ulimit("memlock=-1").soft, ~std::uint64_t{0});
  for (const char* text : {"", "nofile", "nofile=", "nofile=x", "nofile=2:1", "wings=2", "nofile=1:2:3"})
    EXPECT_THROW(parse_ulimit(text), std::invalid_argument) << text;
}

TEST(Mounts, AreVolumesBindsOrInMemory) {
  Settings settings;
  add_mount(settings, "type=bind,source=/tmp,target=/in,readonly");
  add_mount(settings, "src=data,dst=/data");
  add_mount(settings, "destination=/anonymous");
  add_mount(settings, "type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700");
  EXPECT_EQ(settings.volumes, (std::vector<std::string>{"/tmp:/in:ro", "data:/data", "/anonymous"}));
  EXPECT_EQ(settings.tmpfs, std::vector<std::string>{"/t:rw,size=1048576,mode=700"});
  for (const char* text :
       {"", "type=bind,source=/tmp", "type=bind,source=tmp,target=/in", "type=bind,source=/nosuch,target=/in",
        "type=magic,target=/in", "source=/a,target=/b", "target=relative", "colour=red,target=/in",
        "type=tmpfs,source=/a,target=/b", "target=/a,readonly"}) {
    EXPECT_THROW(add_mount(settings, text), std::invalid_argument) << text;
  }
}

TEST(Names, AreWordsOfDockersKind) {
  EXPECT_NO_THROW(check_name("web-1_a.b"));
  for (const char* text : {"", "a", "-web", "we b", "../x", "a/b"}) {
    EXPECT_THROW(check_name(text), std::invalid_argument) << text;
  }
  for (std::uint64_t number = 0; number < 3000; ++number)
    EXPECT_NO_THROW(check_name(name_for(number)));
}

TEST(Ids, AreSixtyFourDigitsAndDiffer) {
  std::set<std::string> ids;
  for (int count = 0; count < 100; ++count)
    ids.insert(new_id());
  EXPECT_EQ(ids.size(), 100U);
  EXPECT_EQ(ids.begin()->size(), 64U);
  EXPECT_EQ(ids.begin()->find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Capabilities, AreDockersFourteenByDefault) {
  EXPECT_EQ(effective_capabilities({}, {}).size(), 14U);
  EXPECT_THAT(effective_capabilities({}, {}), Not(Contains("CAP_SYS_ADMIN")));
}

TEST(Capabilities, AreAddedAndDroppedByAnySpelling) {
  EXPECT_THAT(effective_capabilities({"net_admin"}, {}), Contains("CAP_NET_ADMIN"));
  EXPECT_THAT(effective_capabilities({}, {"CAP_chown"}), Not(Contains("CAP_CHOWN")));
  EXPECT_THAT(effective_capabilities({"CHOWN"}, {"ALL"}), ElementsAre("CAP_CHOWN"));
  EXPECT_EQ(effective_capabilities({"ALL"}, {"MKNOD"}).size(), 40U);
  EXPECT_THROW(effective_capabilities({"FLY"}, {}), std::invalid_argument);
}

TEST(ExitCodes, TellAMissingProgramFromOneThatCannotRun) {
  EXPECT_EQ(exit_code_of("executable file `x` not found in $PATH"), 127);
  EXPECT_EQ(exit_code_of("execve(/nosuch): No such file or directory"), 127);
  EXPECT_EQ(exit_code_of("exec: \"/etc\": permission denied"), 126);
  EXPECT_EQ(exit_code_of("mount(/x): No such file or directory"), 125);
}

TEST(Records, SurviveBeingWrittenAndRead) {
  Container container;
  container.id = new_id();
  container.name = "web";
  container.settings.args = {"sh", "-c", "echo \"\xff\""};
  container.settings.memory = 1 << 20;
  container.status = "running";
  container.endpoints.emplace_back().address = "172.30.0.2";
  const Container again = container_from_json(to_json(container), "test");
  EXPECT_EQ(again.id, container.id);
  EXPECT_EQ(again.settings.memory, 1 << 20);
  EXPECT_EQ(again.endpoints.front().address, "172.30.0.2");
  EXPECT_TRUE(again.running());
}

TEST(Records, ThatAreNoneAreRefusedWithTheirPlace) {
  for (const char* text : {"", "{", "[]", "3", R"({"id": 3})"}) {
    EXPECT_THROW(container_from_json(text, "/x/container.json"), std::runtime_error) << text;
  }
}

TEST(StatusText, IsWhatDockerShows) {
  Container container;
  container.status = "running";
  container.started = "2026-01-01T00:00:00.5Z";
  const auto then = seconds_of(container.started).value();
  EXPECT_EQ(status_text(container, then + 300), "Up 5 minutes");
  container.status = "exited";
  container.exit_code = 3;
  container.finished = container.started;
  EXPECT_EQ(status_text(container, then + 7200), "Exited (3) 2 hours ago");
}

TEST(Paths, OfARootOfItsOwnShareNothingWithTheDefault) {
  const Paths ours = paths_of("/tmp/root");
  EXPECT_TRUE(ours.containers.starts_with("/tmp/root/"));
  EXPECT_TRUE(ours.run.starts_with("/tmp/root/"));
  EXPECT_NE(cgroup_path(ours, "abc"), cgroup_path(paths_of(""), "abc"));
  EXPECT_EQ(cgroup_path(paths_of(""), "abc"), "/mini-container/abc");
}

TEST(AttachMessages, AreALetterAndWhatBelongsToIt) {
  const auto typed = parse_attach_message(attach_message(Kind::input, "ls\n"));
  ASSERT_TRUE(typed);
  EXPECT_EQ(typed->kind, Kind::input);
  EXPECT_EQ(typed->content, "ls\n");
  const std::string resize = resize_message({24, 80, 0, 0});
  const auto size = parse_resize(parse_attach_message(resize)->content);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->ws_row, 24);
  EXPECT_EQ(size->ws_col, 80);
  EXPECT_FALSE(parse_attach_message(""));
  EXPECT_FALSE(parse_attach_message("?x"));
  EXPECT_FALSE(parse_resize("wide"));
}

TEST(DetachKeys, AreNamedAsDockerNamesThem) {
  EXPECT_EQ(parse_detach_keys("ctrl-p,ctrl-q"), "\x10\x11");
  EXPECT_EQ(parse_detach_keys("a,ctrl-[,ctrl-_"), "a\x1b\x1f");
  EXPECT_EQ(parse_detach_keys("ctrl-@"), std::string(1, '\0'));
  EXPECT_EQ(parse_detach_keys(""), "");
  for (const char* text : {"ctrl-", "ctrl-1", "ab", "a,,b", "ctrl-pq", ","})
    EXPECT_THROW(parse_detach_keys(text), std::invalid_argument) << text;
}

TEST(DetachKeys, AreHeldBackUntilTheyAreComplete) {
  DetachKeys keys("\x10\x11");
  EXPECT_EQ(keys.pass("ls\x10"), "ls");
  EXPECT_EQ(keys.pass("x"), "\x10x") << "it was not them";
  EXPECT_EQ(keys.pass("\x10\x10"), "\x10") << "the second may begin them";
  EXPECT_FALSE(keys.complete());
  EXPECT_EQ(keys.pass("\x11rest"), "");
  EXPECT_TRUE(keys.complete());
  DetachKeys none("");
  EXPECT_EQ(none.pass("\x10\x11"), "\x10\x11");
  EXPECT_FALSE(none.complete());
}

TEST(MonitorProtocol, IsReadAsItWasWritten) {
  EXPECT_EQ(parse_reply(created_message(42)).pid, 42);
  const MonitorReply failed = parse_reply(failed_message(127, "no such program"));
  EXPECT_EQ(failed.code, 127);
  EXPECT_EQ(failed.message, "no such program");
  EXPECT_THROW(parse_reply("hello"), std::invalid_argument);
  MonitorOptions options;
  options.id = "x";
  options.bundle = "/a=b";
  options.lock = 7;
  options.attach_socket = "/run/tty/x.attach";
  options.pace = {5, 6, 7};
  const MonitorOptions again = parse_monitor_arguments(monitor_arguments(options));
  EXPECT_EQ(again.bundle, "/a=b");
  EXPECT_EQ(again.lock, 7);
  EXPECT_EQ(again.attach_socket, "/run/tty/x.attach");
  EXPECT_EQ(again.pace.interval, 5);
  EXPECT_EQ(again.pace.start_period, 6);
  EXPECT_EQ(again.pace.start_interval, 7);
  EXPECT_THROW(parse_monitor_arguments({"id=x"}), std::invalid_argument);
  ExecGuardOptions exec;
  exec.execution = "e=f";
  exec.socket = 9;
  EXPECT_EQ(parse_exec_guard_arguments(exec_guard_arguments(exec)).execution, "e=f");
  EXPECT_EQ(parse_exec_guard_arguments(exec_guard_arguments(exec)).socket, 9);
}

}  // namespace
