// `bench seam`: what sys::call costs while nobody listens, against the same operation called directly.
#pragma once

namespace bench {

// Prints medians and the difference in nanoseconds. Returns the program's exit status.
int measure_seam();

}  // namespace bench
