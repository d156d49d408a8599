// Numbers as people read them.
#include "bench/report/quantity.h"

#include <gtest/gtest.h>

namespace {

using report::overhead;
using report::readable;

TEST(Quantity, TimesHaveAUnitThatFits) {
  EXPECT_EQ(readable(143.4, "ns"), "143 ns");
  EXPECT_EQ(readable(1234, "ns"), "1.23 µs");
  EXPECT_EQ(readable(12'345'678, "ns"), "12.3 ms");
  EXPECT_EQ(readable(1.42e9, "ns"), "1.42 s");
}

TEST(Quantity, SizesHaveAUnitThatFits) {
  EXPECT_EQ(readable(512, "bytes"), "512 bytes");
  EXPECT_EQ(readable(141e6, "bytes"), "141 MB");
}

TEST(Quantity, OverheadsAreWhatComesOnTop) {
  EXPECT_EQ(overhead(1.123), "+12 %");
  EXPECT_EQ(overhead(1.012), "+1.2 %");
  EXPECT_EQ(overhead(0.97), "-3.0 %");
  EXPECT_EQ(overhead(5.1), "5.10 times");
}

TEST(Quantity, TooFewSamplesSaySo) {
  EXPECT_EQ(report::spread({4, 1, 1, 1, 1, 1, std::nullopt}, "ns"), "n 4: too few for an interval");
}

}  // namespace
