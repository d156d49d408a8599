// A report from an old results file. See print.h.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/report/print.h"

namespace report {

int print_again(const std::string& results_file, const std::string& folder) {
  const auto document = nlohmann::json::parse(sys::read_file(results_file), nullptr, false);
  if (document.is_discarded()) throw BadResults(results_file + " is not JSON");
  const Results results = from_json(document);
  sys::mkdir_parents(folder);
  sys::write_file_atomically(folder + "/report.md", markdown(results));
  sys::write_file_atomically(folder + "/report.html", html(results));
  return 0;
}

}  // namespace report
