// A report from an old results file. See print.h.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/report/print.h"

namespace report {

Results read_results(const std::string& file) {
  const auto document = nlohmann::json::parse(sys::read_file(file), nullptr, false);
  if (document.is_discarded()) throw BadResults(file + " is not JSON");
  try {
    return from_json(document);
  } catch (const BadResults& error) {
    throw BadResults(fmt::format("{}: {}", file, error.what()));
  }
}

int print_again(const std::string& results_file, const std::string& folder) {
  const Results results = read_results(results_file);
  sys::mkdir_parents(folder);
  sys::write_file_atomically(folder + "/report.md", markdown(results));
  sys::write_file_atomically(folder + "/report.html", html(results));
  return 0;
}

}  // namespace report
