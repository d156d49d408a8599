// The last lines of `./isolab test`: what was skipped and why, what failed, and one line that counts all
// three.
//
// ctest writes JUnit XML; a test that the host cannot run is a <skipped> case there, with GoogleTest's reason
// in its output. Exits 0 if at least one test ran and none failed.
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <pugixml.hpp>
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: test-summary JUNIT.xml\n");
    return 2;
  }
  pugi::xml_document document;
  if (const auto parsed = document.load_file(argv[1]); !parsed) {
    fmt::print(stderr, "test-summary: cannot read {}: {}\n", argv[1], parsed.description());
    return 2;
  }
  int passed = 0;
  std::vector<std::string> failed;
  std::map<std::string, std::vector<std::string>> skipped;  // reason -> tests
  for (const auto test : document.child("testsuite").children("testcase")) {
    const std::string name = test.attribute("name").value();
    if (test.child("skipped")) {
      skipped[reason_of(test.child("system-out").text().get())].push_back(name);
    } else if (std::strcmp(test.attribute("status").value(), "run") == 0) {
      ++passed;
    } else {
      failed.push_back(name);
    }
  }
  std::size_t skips = 0;
  for (const auto& [reason, tests] : skipped) {
    skips += tests.size();
    fmt::print("SKIP {} because: {}\n", tests.size(), reason);
    for (const auto& name : tests)
      fmt::print("     {}\n", name);
  }
  for (const auto& name : failed)
    fmt::print("FAIL {}\n", name);
  fmt::print("{} passed, {} failed, {} skipped\n", passed, failed.size(), skips);
  return failed.empty() && passed > 0 ? 0 : 1;
}
