// The lines of a table whose columns are platforms: one quantity for each, or the reason why there is none.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/report/cells.h"
#include "bench/report/results.h"
#include "bench/report/table.h"

namespace report {

inline constexpr const char* kProcess = "process";
inline constexpr const char* kContainer = "mini-container";
inline constexpr const char* kVm = "vm-kvm";
inline constexpr const char* kEmulated = "vm-tcg";

// A column of `platform`, with its conditions in this run.
Column column_of(const Results& results, const std::string& platform, std::string title,
                 std::string claim = {});

// What may be claimed about each technique; nothing about emulation, which the course's tables do not speak of.
struct Bounds {
  Claim process;
  Claim container;
  Claim vm;
};

class Lines {
 public:
  using OfFacts = std::function<Cell(const PlatformFacts&)>;
  using OfInside = std::function<Cell(const nlohmann::json&)>;
  using OfPlatform = std::function<Cell(const std::string& platform)>;

  Lines(const Results& results, const std::vector<Column>& columns) : results_(results), columns_(columns) {}
  // The median with its interval.
  Line median(std::string label, const Quantity& quantity, const Bounds& bounds = {}) const;
  // The ratio to the process.
  Line overhead(std::string label, const Quantity& quantity, const Bounds& bounds = {}) const;
  Line facts(std::string label, const OfFacts& say) const;
  // What a program inside saw.
  Line inside(std::string label, const OfInside& say) const;
  Line text_inside(std::string label, const char* key) const;
  // Emulation's numbers carry their label into every form of the report.
  Line each(std::string label, const OfPlatform& make) const;

 private:
  const Results& results_;
  const std::vector<Column>& columns_;
};

Claim bound_for(const std::string& platform, const Bounds& bounds);
bool is_vm(const std::string& platform);

}  // namespace report
