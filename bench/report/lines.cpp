// See lines.h.
#include "bench/report/lines.h"

#include <fmt/format.h>

namespace report {

Column column_of(const Results& results, const std::string& platform, std::string title, std::string claim) {
  Column column{platform, std::move(title), std::move(claim), {}};
  const PlatformFacts* facts = results.platform(platform);
  if (facts == nullptr) return column;
  column.conditions =
      fmt::format("{}kernel {}", facts->technique == "vm" ? "accelerator " + facts->accelerator + ", " : "",
                  facts->kernel.value_or("unknown"));
  if (facts->unavailable) column.conditions = "unavailable";
  return column;
}

Claim bound_for(const std::string& platform, const Bounds& bounds) {
  if (platform == kProcess) return bounds.process;
  if (platform == kContainer) return bounds.container;
  return platform == kVm ? bounds.vm : Claim{};
}

bool is_vm(const std::string& platform) {
  return platform == kVm || platform == kEmulated;
}

Line Lines::each(std::string label, const OfPlatform& make) const {
  Line made{std::move(label), {}};
  for (const Column& column : columns_) {
    Cell cell = make(column.platform);
    if (column.platform == kEmulated && cell.kind == Kind::measured) {
      cell.detail += fmt::format("; {}", kEmulationLabel);
    }
    made.cells.push_back(std::move(cell));
  }
  return made;
}

Line Lines::median(std::string label, const Quantity& quantity, const Bounds& bounds) const {
  return each(std::move(label), [&](const std::string& platform) {
    return measured(results_, platform, quantity, bound_for(platform, bounds));
  });
}

Line Lines::overhead(std::string label, const Quantity& quantity, const Bounds& bounds) const {
  return each(std::move(label), [&](const std::string& platform) {
    return overhead_over_process(results_, platform, quantity, bound_for(platform, bounds));
  });
}

Line Lines::facts(std::string label, const OfFacts& say) const {
  return each(std::move(label), [&](const std::string& platform) {
    const PlatformFacts* facts = results_.platform(platform);
    return facts == nullptr ? unavailable("not part of this run") : say(*facts);
  });
}

Line Lines::inside(std::string label, const OfInside& say) const {
  return facts(std::move(label), [&](const PlatformFacts& facts) { return seen_inside(facts, say); });
}

Line Lines::text_inside(std::string label, const char* key) const {
  return inside(std::move(label), [&](const nlohmann::json& isolation) {
    const auto found = isolation.find(key);
    if (found == isolation.end() || found->is_null()) return unavailable("cannot be seen from inside");
    return evidence(found->is_string() ? found->get<std::string>() : found->dump());
  });
}

}  // namespace report
