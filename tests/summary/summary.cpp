// The last lines of `./isolab test`: what was skipped and why, what is unstable, what failed, and one line that counts
// them all.
//
// ctest writes JUnit XML; a test that the host cannot run is a <skipped> case there, with GoogleTest's reason
// in its output. Exits 0 if at least one test ran and none failed, or passed when run again alone.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <map>
#include <pugixml.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// The text after GTEST_SKIP() in a test's output: the line that follows "file:line: Skipped".
std::string reason_of(const char* output) {
  const char* mark = std::strstr(output, ": Skipped\n");
  if (mark == nullptr) return "no reason given";
  const char* begin = mark + std::strlen(": Skipped\n");
  const char* end = std::strchr(begin, '\n');
  return end == nullptr ? std::string(begin) : std::string(begin, end);
}

struct Results {
  int passed = 0;
  std::vector<std::string> failed;
  std::map<std::string, std::vector<std::string>> skipped;  // reason -> tests
};

// Throws std::runtime_error if it is no JUnit file.
Results read(const char* file) {
  pugi::xml_document document;
  if (const auto parsed = document.load_file(file); !parsed)
    throw std::runtime_error(fmt::format("cannot read {}: {}", file, parsed.description()));
  Results results;
  for (const auto test : document.child("testsuite").children("testcase")) {
    const std::string name = test.attribute("name").value();
    if (test.child("skipped")) {
      results.skipped[reason_of(test.child("system-out").text().get())].push_back(name);
    } else if (std::strcmp(test.attribute("status").value(), "run") == 0) {
      ++results.passed;
    } else {
      results.failed.push_back(name);
    }
  }
  return results;
}

// Returns how many were skipped.
std::size_t print_skipped(const Results& results) {
  std::size_t skips = 0;
  for (const auto& [reason, tests] : results.skipped) {
    skips += tests.size();
    fmt::print("SKIP {} because: {}\n", tests.size(), reason);
    for (const auto& name : tests)
      fmt::print("     {}\n", name);
  }
  return skips;
}

// Of those that failed, what passed when it ran again without others beside it. The rest stays in `results`.
std::vector<std::string> take_unstable(Results& results, const Results& alone) {
  std::vector<std::string> unstable;
  for (const std::string& name : results.failed) {
    const auto& again = alone.failed;
    if (std::find(again.begin(), again.end(), name) == again.end()) unstable.push_back(name);
  }
  results.failed = alone.failed;
  return unstable;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2 && argc != 3) {
    fmt::print(stderr, "usage: test-summary JUNIT.xml [JUNIT-OF-THOSE-THAT-FAILED-RUN-ALONE.xml]\n");
    return 2;
  }
  Results results = read(argv[1]);
  std::vector<std::string> unstable;
  if (argc == 3) unstable = take_unstable(results, read(argv[2]));
  const std::size_t skips = print_skipped(results);
  for (const auto& name : unstable)
    fmt::print("UNSTABLE {}: failed beside others, passed alone\n", name);
  for (const auto& name : results.failed)
    fmt::print("FAIL {}\n", name);
  fmt::print("{} passed, {} failed, {} unstable, {} skipped\n", results.passed, results.failed.size(),
             unstable.size(), skips);
  return results.failed.empty() && results.passed > 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "test-summary: {}\n", error.what());
  return 2;
}
