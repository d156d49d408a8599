// samples.csv, for whoever draws with other tools. See print.h.
#include <fmt/format.h>

#include "bench/report/print.h"

namespace report {

namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + "\"";
}

}  // namespace

std::string csv(const Results& results) {
  std::string page = "platform,technique,accelerator,workload,mode,metric,unit,place,value\r\n";
  for (const Series& one : results.series) {
    const PlatformFacts* facts = results.platform(one.platform);
    if (facts == nullptr) continue;
    const std::string head = fmt::format("{},{},{},{},{},{},{}", field(one.platform), field(facts->technique),
                                         field(facts->accelerator), field(one.workload), field(one.mode),
                                         field(one.metric), field(one.unit));
    for (std::size_t index = 0; index < one.values.size(); ++index)
      page += fmt::format("{},{},{}\r\n", head, one.order[index], one.values[index]);
  }
  return page;
}

}  // namespace report
