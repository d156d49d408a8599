// The entry that libFuzzer calls; FUZZ_TARGET is set for each program by run.sh. Reads: LibFuzzer in LLVM's manual.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run(FUZZ_TARGET, {reinterpret_cast<const char*>(data), size});
  return 0;
}
