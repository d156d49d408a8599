// See table.h.
#include "bench/report/table.h"

namespace report {

const char* const kEmulationLabel = "emulation's figure, not a VM's";

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::measured:
      return "measured";
    case Kind::evidence:
      return "evidence";
    case Kind::unavailable:
      return "unavailable";
  }
  return {};
}

std::string text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::none:
      return {};
    case Verdict::agrees:
      return "agrees with the claim";
    case Verdict::differs:
      return "differs from the claim";
    case Verdict::too_noisy:
      return "too noisy to judge the claim";
  }
  return {};
}

}  // namespace report
