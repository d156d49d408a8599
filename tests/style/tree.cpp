// See tree.h. Asks the file system, not git, so that the rules also hold in an unpacked archive.
#include "tests/style/tree.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace style {

namespace {

namespace fs = std::filesystem;

bool is_ours(const fs::path& relative) {
  const std::string first = relative.begin()->string();
  return first != "build" && first != ".git" && first != ".cache" && first != "node_modules";
}

}  // namespace

std::vector<std::string> File::lines() const {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

std::vector<File> files(const std::vector<std::string>& endings) {
  std::vector<File> result;
  const fs::path top = ISOLAB_SOURCE;
  for (fs::recursive_directory_iterator entry(top), end; entry != end; ++entry) {
    const fs::path relative = fs::relative(entry->path(), top);
    if (!is_ours(relative)) {
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    const std::string path = relative.string();
    const bool wanted = std::any_of(endings.begin(), endings.end(),
                                    [&](const std::string& ending) { return path.ends_with(ending); });
    if (!entry->is_regular_file() || !wanted) continue;
    std::ostringstream text;
    text << std::ifstream(entry->path()).rdbuf();
    result.push_back({path, text.str()});
  }
  std::sort(result.begin(), result.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return result;
}

std::vector<File> sources() {
  return files({".h", ".cpp"});
}

std::set<std::string> tests_in(const std::string& folder) {
  static const std::regex macro("\\bTEST(?:_[FP])?\\(\\s*(\\w+),\\s*(\\w+)\\)");
  std::set<std::string> tests;
  for (const auto& file : sources()) {
    if (!file.path.starts_with(folder)) continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), macro), end; match != end; ++match)
      tests.insert((*match)[1].str() + "." + (*match)[2].str());
  }
  return tests;
}

Output shell(const std::string& command) {
  Output output{-1, {}};
  const std::string in_tree = "cd '" ISOLAB_SOURCE "' && { " + command + "; } 2>&1";
  std::FILE* pipe = ::popen(in_tree.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr)
    output.text += buffer;
  output.status = WEXITSTATUS(::pclose(pipe));
  return output;
}

}  // namespace style
