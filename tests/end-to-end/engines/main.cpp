// main of the tests of engines: gtest's own, but in a private view of the host.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/end-to-end/engines/view.h"

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  // Without root every case says that it is skipped; a list of the cases needs nothing.
  if (::geteuid() != 0 || testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  return engines::in_own_view([] { return RUN_ALL_TESTS(); });
}
