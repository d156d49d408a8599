// base/sys processes, namespaces and sockets against the real kernel.
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"

namespace {

bool is_root() {
  return ::geteuid() == 0;
}

TEST(Clone, TheExitStatusOfTheChildIsTheResultOfItsFunction) {
  sys::Child child = sys::clone3({}, [] { return 42; });
  const sys::ExitStatus status = child.wait();
  EXPECT_EQ(status.code, 42);
  EXPECT_EQ(status.signal, 0);
  EXPECT_EQ(status.shell_code(), 42);
}

TEST(Clone, ASignalledChildReportsTheSignalAsAShellWould) {
  sys::Child child = sys::clone3({}, [] { return ::pause(); });
  EXPECT_TRUE(child.kill(SIGTERM));
  EXPECT_EQ(child.wait().shell_code(), 128 + SIGTERM);
}

TEST(Clone, AChildThatGoesOutOfScopeIsKilledAndReaped) {
  pid_t pid = 0;
  {
    const sys::Child child = sys::clone3({}, [] { return ::pause(); });
    pid = child.pid();
    EXPECT_TRUE(sys::process_state(pid));
  }
  EXPECT_FALSE(sys::process_state(pid));
}

TEST(Clone, NewNamespacesDifferByInodeAndTheFirstProcessIsOne) {
  if (!is_root()) GTEST_SKIP() << "new namespaces without a user namespace need root";
  const sys::Pipe pipe = sys::pipe();
  sys::Child child = sys::clone3({CLONE_NEWPID | CLONE_NEWUTS, -1}, [&] {
    sys::sethostname("inside");
    char name[64] = {};
    ::gethostname(name, sizeof name - 1);
    sys::write_all(pipe.write.get(), std::string(name) + " " + std::to_string(::getpid()));
    char wait = 0;
    return ::read(pipe.read.get(), &wait, 0) < 0 ? 1 : ::pause();
  });
  char text[64] = {};
  sys::read(pipe.read.get(), text);
  EXPECT_STREQ(text, "inside 1");
  const std::string pid = std::to_string(child.pid());
  EXPECT_NE(sys::namespace_inode(pid, "uts"), sys::namespace_inode("self", "uts"));
  EXPECT_NE(sys::namespace_inode(pid, "pid"), sys::namespace_inode("self", "pid"));
  EXPECT_EQ(sys::namespace_inode(pid, "net"), sys::namespace_inode("self", "net"));
}

TEST(Clone, ANamespaceIsJoinedThroughItsFile) {
  if (!is_root()) GTEST_SKIP() << "joining a namespace needs root";
  sys::Child owner = sys::clone3({CLONE_NEWUTS, -1}, [] { return ::pause(); });
  const std::string file = "/proc/" + std::to_string(owner.pid()) + "/ns/uts";
  const auto expected = sys::namespace_inode(std::to_string(owner.pid()), "uts");
  sys::Child visitor = sys::clone3({}, [&] {
    sys::setns(sys::open(file, O_RDONLY).get(), CLONE_NEWUTS);
    return sys::namespace_inode("self", "uts") == expected ? 0 : 1;
  });
  EXPECT_EQ(visitor.wait().code, 0);
}

TEST(Spawn, AProgramGetsItsDescriptorsItsEnvironmentAndNothingElse) {
  const sys::Pipe pipe = sys::pipe();
  const sys::UniqueFd kept = sys::open("/dev/null", O_RDONLY);
  const sys::UniqueFd hidden = sys::open("/dev/null", O_RDONLY);
  sys::Child child =
      sys::spawn({"sh", "-c", "echo $COLOUR; ls /proc/self/fd | tr '\\n' ' '"},
                 {.output = pipe.write.get(), .keep = {kept.get()}, .environment = {"COLOUR=red"}});
  EXPECT_EQ(child.wait().code, 0);
  char text[256] = {};
  sys::read(pipe.read.get(), text);
  const std::string output = text;
  EXPECT_THAT(output, testing::StartsWith("red\n"));
  EXPECT_THAT(output, testing::HasSubstr(" " + std::to_string(kept.get()) + " "));
  EXPECT_THAT(output, testing::Not(testing::HasSubstr(" " + std::to_string(hidden.get()) + " ")));
}

TEST(Spawn, AMissingProgramSaysSo) {
  try {
    sys::spawn({"no-such-program-here"});
    FAIL() << "expected sys::Error";
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.error(), ENOENT);
    EXPECT_THAT(error.what(), testing::HasSubstr("not installed, or not in PATH"));
  }
}

TEST(Process, AStartTimeTellsTwoProcessesOfOneNumberApart) {
  const auto own = sys::start_time(::getpid());
  ASSERT_TRUE(own);
  EXPECT_GE(*own, *sys::start_time(1));
  EXPECT_FALSE(sys::start_time(0x3fffffff));
}

TEST(Process, ASignalDescriptorReportsWhatWasBlocked) {
  sys::Child child = sys::clone3({}, [] {
    const sys::UniqueFd signals = sys::signal_descriptor({SIGUSR1, SIGTERM});
    if (sys::next_signal(signals.get()) != 0) return 1;
    ::kill(::getpid(), SIGUSR1);
    return sys::next_signal(signals.get()) == SIGUSR1 ? 0 : 2;
  });
  EXPECT_EQ(child.wait().code, 0);
}

TEST(Process, NoNewPrivilegesAndDumpableAreSeenInProc) {
  sys::Child child = sys::clone3({}, [] {
    sys::set_no_new_privileges();
    return sys::read_file("/proc/self/status").find("NoNewPrivs:\t1") == std::string::npos ? 1 : 0;
  });
  EXPECT_EQ(child.wait().code, 0);
}

TEST(Process, AFailedExecveThrowsWithItsHint) {
  try {
    sys::execve("/no/such/program", {"x"}, {});
    FAIL() << "expected sys::Error";
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.call(), "execve");
    EXPECT_THAT(error.hint(), testing::HasSubstr("not in the image"));
  }
}

TEST(Sockets, MessagesKeepTheirBoundsAndCarryDescriptors) {
  const sys::SocketPair pair = sys::seqpacket_pair();
  const sys::Pipe pipe = sys::pipe();
  sys::send_message(pair.first.get(), "one", {pipe.write.get()});
  sys::send_message(pair.first.get(), "two");
  auto first = sys::receive_message(pair.second.get());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bytes, "one");
  ASSERT_EQ(first->descriptors.size(), 1U);
  sys::write_all(first->descriptors[0].get(), "through");
  char text[16] = {};
  EXPECT_EQ(sys::read(pipe.read.get(), text), 7U);
  EXPECT_EQ(sys::receive_message(pair.second.get())->bytes, "two");
}

TEST(Sockets, AClosedPeerIsAnEndAndNotASilence) {
  sys::SocketPair pair = sys::seqpacket_pair();
  pair.first.reset();
  EXPECT_FALSE(sys::receive_message(pair.second.get()));
  EXPECT_THROW(sys::send_message(pair.second.get(), "x"), sys::Error);
}

TEST(Terminals, APtyHasASizeAndRawModeIsUndone) {
  const sys::Pty pty = sys::open_pty("/dev/ptmx");
  sys::set_window_size(pty.master.get(), winsize{24, 80, 0, 0});
  const sys::UniqueFd end = sys::open(pty.path, O_RDWR | O_NOCTTY);
  EXPECT_EQ(sys::window_size(end.get()).ws_col, 80);
  termios before{};
  termios during{};
  termios after{};
  ::tcgetattr(end.get(), &before);
  {
    const sys::RawMode raw(end.get());
    ::tcgetattr(end.get(), &during);
  }
  ::tcgetattr(end.get(), &after);
  EXPECT_NE(before.c_lflag & ECHO, 0U);
  EXPECT_EQ(during.c_lflag & ECHO, 0U);
  EXPECT_EQ(before.c_lflag, after.c_lflag);
}

TEST(Descriptors, MarkingFromANumberReachesThemAll) {
  const sys::UniqueFd fd = sys::dup(2);
  sys::set_cloexec(fd.get(), false);
  sys::mark_cloexec_from(3);
  EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
}

}  // namespace
