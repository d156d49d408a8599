// Where cp puts what: the table of docker-cp(1).
#include <gtest/gtest.h>

#include "base/text/copy_plan.h"

namespace {

using text::end_of;
using text::Found;

constexpr Found kNothing = {}, kFile = {true, false}, kDirectory = {true, true};

struct Case {
  const char* source;
  Found from;
  const char* destination;
  Found to;
  const char* outcome;  // "make", "into" or "beside", and the name; "" for a refusal
};

const Case kCases[] = {
    {"/a/file", kFile, "/b/new", kNothing, "beside new"},
    {"/a/file", kFile, "/b/new/", kNothing, ""},
    {"/a/file", kFile, "/b/old", kFile, "beside old"},
    {"/a/file", kFile, "/b/old/", kFile, ""},
    {"/a/file", kFile, "/b/dir", kDirectory, "into file"},
    {"/a/file", kFile, "/b/dir/", kDirectory, "into file"},
    {"/a/file/", kFile, "/b/dir", kDirectory, ""},
    {"/a/file/.", kFile, "/b/dir", kDirectory, ""},
    {"/a/dir", kDirectory, "/b/new", kNothing, "make ."},
    {"/a/dir", kDirectory, "/b/new/", kNothing, "make ."},
    {"/a/dir/.", kDirectory, "/b/new", kNothing, "make ."},
    {"/a/dir", kDirectory, "/b/old", kFile, ""},
    {"/a/dir", kDirectory, "/b/dir", kDirectory, "into dir"},
    {"/a/dir/", kDirectory, "/b/dir", kDirectory, "into dir"},
    {"/a/dir/.", kDirectory, "/b/dir", kDirectory, "into ."},
    {"/", kDirectory, "/b/dir", kDirectory, "into ."},
    {"/a/..", kDirectory, "/b/dir", kDirectory, "into ."},
    {".", kDirectory, "/b/dir", kDirectory, "into ."},
};

std::string outcome(const Case& one) {
  try {
    const auto plan = text::plan_copy(end_of(one.source), one.from, end_of(one.destination), one.to);
    return std::string(plan.make_directory ? "make" : plan.into ? "into" : "beside") + " " + plan.as;
  } catch (const std::invalid_argument&) {
    return "";
  }
}

TEST(CopyPlan, FollowsDockersTable) {
  for (const Case& one : kCases)
    EXPECT_EQ(outcome(one), one.outcome) << one.source << " to " << one.destination;
}

TEST(CopyEnd, IsAContainersWhenANameStandsBeforeAColon) {
  EXPECT_EQ(text::parse_copy_end("box:/etc/x").holder, "box");
  EXPECT_EQ(text::parse_copy_end("box:/etc/x").path, "/etc/x");
  EXPECT_EQ(text::parse_copy_end("box:").path, "");
  for (const char* host : {"/a:b", "./a:b", "../a:b", "file", ":x", "."})
    EXPECT_EQ(text::parse_copy_end(host).holder, "") << host;
  EXPECT_TRUE(text::parse_copy_end("-").stream());
  EXPECT_FALSE(text::parse_copy_end("box:-").stream());
}

}  // namespace
