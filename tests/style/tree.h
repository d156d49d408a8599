// The tree as the style tests read it: files that belong to the project, by folder and ending.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace style {

struct File {
  std::string path;  // from the top of the tree: "base/sys/fd.h"
  std::string text;
  std::vector<std::string> lines() const;
};

// Every file under the top folders of the project whose name ends with one of `endings`, sorted by path.
std::vector<File> files(const std::vector<std::string>& endings);
std::vector<File> sources();  // .h and .cpp
// "Suite.Name" of every test in sources below `folder`; names of parametrized ones are without their parameters.
std::set<std::string> tests_in(const std::string& folder);

// What a shell command printed, with its exit status; for the tools that are part of the rules.
struct Output {
  int status;
  std::string text;
};
Output shell(const std::string& command);

}  // namespace style
