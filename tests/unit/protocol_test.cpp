// The conversation of parent and child: every failure arrives as what it was, and garbage is refused.
#include <gmock/gmock.h>

#include "base/sys/fd.h"
#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/namespaces/plan.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/program_error.h"
#include "mini-container/runtime/sync/protocol.h"

namespace {

using protocol::Word;
using testing::HasSubstr;

// What arrives at the other end when `raise` throws at this one.
template <class Raise>
void cross(Raise raise) {
  const sys::SocketPair pair = sys::seqpacket_pair();
  try {
    raise();
  } catch (...) {
    protocol::say_failed(pair.first.get(), protocol::describe_current_exception());
  }
  protocol::expect(pair.second.get(), Word::ready);
}

TEST(Protocol, AKernelErrorArrivesWithCallArgumentsPhaseAndHint) {
  try {
    cross([] { throw sys::Error(EINVAL, "pivot_root", "new root .", "pivot into the rootfs"); });
    FAIL();
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.error(), EINVAL);
    EXPECT_EQ(error.call(), "pivot_root");
    EXPECT_EQ(error.phase(), "pivot into the rootfs");
    EXPECT_THAT(error.what(), HasSubstr("must be a mount point"));
  }
}

TEST(Protocol, OtherErrorsKeepTheirKind) {
  EXPECT_THROW(cross([] { throw spec::ProgramError(ENOENT, "no such program"); }), spec::ProgramError);
  EXPECT_THROW(cross([] { throw spec::Invalid("mounts[0]", "is wrong", "Do better"); }), spec::Invalid);
  EXPECT_THROW(cross([] { throw std::runtime_error("hooks.prestart[0]: ended with 1"); }),
               std::runtime_error);
}

TEST(Protocol, WhatThePeerFailedWithIsTheCauseOfWhatFailsWithIt) {
  sys::SocketPair pair = sys::seqpacket_pair();
  EXPECT_NO_THROW(protocol::check_peer(pair.second.get())) << "well, and silent";
  protocol::say(pair.first.get(), Word::ready);
  EXPECT_NO_THROW(protocol::check_peer(pair.second.get())) << "well, and further on";
  protocol::Failure failure;
  failure.text = "the cause";
  protocol::say(pair.first.get(), Word::ready);
  protocol::say_failed(pair.first.get(), failure);
  pair.first.reset();
  EXPECT_THAT([&] { protocol::check_peer(pair.second.get()); },
              testing::ThrowsMessage<std::runtime_error>("the cause"));
  EXPECT_THROW(protocol::check_peer(pair.second.get()), protocol::PeerGone);
}

TEST(Protocol, ADeadPeerIsNoticedAtOnce) {
  sys::SocketPair pair = sys::seqpacket_pair();
  pair.first.reset();
  EXPECT_FALSE(protocol::hear(pair.second.get()));
  EXPECT_THROW(protocol::expect(pair.second.get(), Word::ready), protocol::PeerGone);
  EXPECT_THROW(protocol::say(pair.second.get(), Word::start), protocol::PeerGone);
}

TEST(Protocol, DescriptorsComeAlongWithTheirWord) {
  const sys::SocketPair pair = sys::seqpacket_pair();
  const sys::Pipe pipe = sys::pipe();
  protocol::say(pair.first.get(), Word::grouped, {pipe.read.get(), pipe.write.get()});
  const auto along = protocol::expect(pair.second.get(), Word::grouped);
  ASSERT_EQ(along.size(), 2U);
  sys::write_all(along[1].get(), "x");
  EXPECT_EQ(sys::fstat(along[0].get()).st_ino, sys::fstat(pipe.read.get()).st_ino);
  protocol::say(pair.first.get(), Word::ready);
  EXPECT_TRUE(protocol::expect(pair.second.get(), Word::ready).empty());
}

TEST(Protocol, AWordBringsItsDescriptorOrNone) {
  const sys::SocketPair pair = sys::seqpacket_pair();
  const sys::Pipe pipe = sys::pipe();
  protocol::say(pair.first.get(), Word::bind_source, {pipe.read.get()});
  protocol::say(pair.first.get(), Word::bind_source);
  sys::write_all(pipe.write.get(), "x");
  char byte = 0;
  const auto along = protocol::expect(pair.second.get(), Word::bind_source);
  ASSERT_EQ(along.size(), 1U);
  const sys::UniqueFd& copy = along.front();
  EXPECT_EQ(sys::try_read(copy.get(), {&byte, 1}).value, 1);
  EXPECT_EQ(::fcntl(copy.get(), F_GETFD), FD_CLOEXEC) << "or a hook would inherit it";
  EXPECT_TRUE(protocol::expect(pair.second.get(), Word::bind_source).empty());
}

TEST(Protocol, AFailureIsHeardInPlaceOfAnyWord) {
  for (const bool at_the_end : {false, true}) {
    const sys::SocketPair pair = sys::seqpacket_pair();
    protocol::say_failed(pair.first.get(),
                         {protocol::Failure::Kind::program, ENOENT, "", "", "", "", "gone"});
    const int line = pair.second.get();
    EXPECT_THROW(at_the_end ? protocol::expect_end(line) : void(protocol::expect(line, Word::bind_source)),
                 spec::ProgramError);
  }
}

TEST(Protocol, AnotherWordThanTheExpectedIsNamed) {
  const sys::SocketPair pair = sys::seqpacket_pair();
  protocol::say(pair.first.get(), Word::mounted);
  protocol::say(pair.first.get(), Word::ready);
  try {
    protocol::expect(pair.second.get(), Word::bind_source);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected \"bind_source\" of the other side, and heard \"mounted\""));
  }
  EXPECT_THROW(protocol::expect_end(pair.second.get()), std::runtime_error);
}

TEST(Protocol, EveryDamagedMessageIsRefused) {
  const std::string whole = protocol::encode(
      {Word::failed, {protocol::Failure::Kind::kernel_call, 22, "mount", "x", "y", "z", ""}, {}});
  EXPECT_EQ(protocol::encode(protocol::decode(whole)), whole);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THROW(protocol::decode(whole.substr(0, length)), std::runtime_error) << length;
  EXPECT_THROW(protocol::decode(whole + "x"), std::runtime_error);
  EXPECT_THROW(protocol::decode("\x7f"), std::runtime_error);
  EXPECT_THROW(protocol::decode(std::string(1, '\0')), std::runtime_error);
}

spec::Config with(const std::vector<spec::Namespace>& spaces) {
  spec::Config config;
  config.linux.namespaces = spaces;
  return config;
}

TEST(NamespacePlan, JoinsTheUserNamespaceThroughAGoBetweenAndMountLast) {
  const auto plan = namespaces::plan(with({{"mount", "/m"}, {"network", "/n"}, {"user", "/u"}, {"pid", ""}}));
  EXPECT_EQ(plan.user_path, "/u");
  EXPECT_TRUE(plan.joins_user() && plan.in_user_namespace());
  ASSERT_EQ(plan.parent_joins.size(), 1U) << "the child has no power over the host's network namespace";
  EXPECT_EQ(plan.parent_joins.front().type, "network");
  ASSERT_EQ(plan.joins.size(), 1U);
  EXPECT_EQ(plan.joins.front().type, "mount");
  EXPECT_EQ(plan.clone_flags, static_cast<std::uint64_t>(0x20000000)) << "a pid namespace that belongs to it";
}

TEST(NamespacePlan, WithoutAUserNamespaceTheChildJoinsByItself) {
  const auto plan = namespaces::plan(with({{"mount", "/m"}, {"network", "/n"}}));
  ASSERT_EQ(plan.joins.size(), 2U);
  EXPECT_EQ(plan.joins.back().type, "mount");
  EXPECT_TRUE(plan.parent_joins.empty());
}

TEST(NamespacePlan, PidAndTimeAreJoinedByTheParentBecauseTheyOnlyMoveChildren) {
  const auto plan = namespaces::plan(with({{"mount", ""}, {"pid", "/p"}, {"time", "/t"}}));
  EXPECT_TRUE(plan.joins.empty());
  ASSERT_EQ(plan.parent_joins.size(), 2U);
  EXPECT_EQ(plan.parent_joins[0].type, "pid");
}

TEST(NamespacePlan, TheCgroupNamespaceWaitsUntilTheChildIsInItsGroups) {
  const auto plan = namespaces::plan(with({{"mount", ""}, {"cgroup", ""}}));
  EXPECT_TRUE(plan.new_cgroup);
  EXPECT_EQ(plan.clone_flags, static_cast<std::uint64_t>(0x00020000));
}

TEST(NamespacePlan, TheNetworkNamespaceIsTheChildsToMake) {
  const auto plan = namespaces::plan(with({{"mount", ""}, {"network", ""}}));
  EXPECT_TRUE(plan.new_network);
  EXPECT_EQ(plan.clone_flags, static_cast<std::uint64_t>(0x00020000));
}

TEST(NamespacePlan, MapsAreWrittenAsTheKernelReadsThem) {
  spec::Config config = with({{"mount", ""}, {"user", ""}});
  config.linux.uid_mappings = {{0, 100000, 65536}, {65536, 5, 1}};
  EXPECT_EQ(namespaces::plan(config).uid_map, "0 100000 65536\n65536 5 1\n");
}

}  // namespace
