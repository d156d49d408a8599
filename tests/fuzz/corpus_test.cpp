// Every input that is kept, again through what it was kept for. With the asan preset this finds what fuzzing would.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/sys/file.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"
#include "tests/fuzz/targets.h"

namespace {

void replay(const std::string& target) {
  const std::string folder = ISOLAB_SOURCE "/tests/fuzz/corpus/" + target + "/";
  const auto names = sys::list_directory(folder);
  ASSERT_GT(names.size(), 3U) << folder;
  for (const std::string& name : names)
    EXPECT_NO_THROW(fuzz::run(target, sys::read_file(folder + name))) << name;
}

const std::string kConfigurations = ISOLAB_SOURCE "/tests/fuzz/corpus/config/";

// Whether `path`, "linux.devices[].type", is somewhere in the document. Where a map has names of its own, any will do.
bool holds(const nlohmann::json& node, const std::string& path) {
  if (path.empty()) return true;
  if (node.is_array())
    return std::any_of(node.begin(), node.end(), [&](const auto& element) { return holds(element, path); });
  if (!node.is_object()) return false;
  const std::size_t dot = std::min(path.find('.'), path.size());
  const std::string rest = path.substr(std::min(dot + 1, path.size()));
  const auto below = [&](const nlohmann::json& object) {
    const auto found = object.find(path.substr(0, dot));
    return found != object.end() && holds(*found, rest);
  };
  return below(node) || std::any_of(node.begin(), node.end(),
                                    [&](const auto& own) { return own.is_object() && below(own); });
}

// The part of docs/conformance.md between two headings, each member in it once.
std::set<std::string> members_of_the_specification() {
  const std::string page = sys::read_file(ISOLAB_SOURCE "/docs/conformance.md");
  const std::size_t start = page.find("## config.md");
  const std::string text = page.substr(start, page.find("## Engines") - start);
  const std::regex member("`((?:[a-zA-Z]\\w*(?:\\[\\])?\\.?)+)`");
  std::set<std::string> members;
  for (std::sregex_iterator match(text.begin(), text.end(), member), end; match != end; ++match) {
    const std::string name = std::regex_replace((*match)[1].str(), std::regex("\\[\\]"), "");
    // Of tests and of annotations.
    if (std::islower(static_cast<unsigned char>(name[0])) != 0 && !name.starts_with("run."))
      members.insert(name);
  }
  return members;
}

// What no document has, no fuzzer changes.
TEST(Corpus, HasEveryMemberOfTheSpecification) {
  const std::vector<nlohmann::json> documents = {
      nlohmann::json::parse(sys::read_file(kConfigurations + "everything.json")),
      nlohmann::json::parse(sys::read_file(kConfigurations + "refused.json"))};
  const auto members = members_of_the_specification();
  EXPECT_GT(members.size(), 150U);
  for (const std::string& member : members) {
    const auto has = [&](const auto& document) { return holds(document, member); };
    EXPECT_TRUE(std::any_of(documents.begin(), documents.end(), has)) << member;
  }
}

// And what stands behind a mistake is never reached.
TEST(Corpus, TheDocumentWithEverythingIsValid) {
  EXPECT_NO_THROW(spec::validate(spec::parse_config(sys::read_file(kConfigurations + "everything.json"))));
}

TEST(Corpus, OfConfigurationsIsReadOrRefused) {
  replay("config");
}
TEST(Corpus, OfProcessesIsReadOrRefused) {
  replay("process");
}
TEST(Corpus, OfSeccompProfilesIsReadOrRefused) {
  replay("seccomp");
}
TEST(Corpus, OfNamesOfImagesIsReadOrRefused) {
  replay("reference");
}
TEST(Corpus, OfTemplatesIsShownOrRefused) {
  replay("template");
}
TEST(Corpus, OfInstructionsIsReadOrRefused) {
  replay("instruction");
}
TEST(Corpus, OfArchivesIsReadOrRefused) {
  replay("archive");
}
TEST(Corpus, OfChallengesIsRead) {
  replay("challenge");
}
TEST(Corpus, OfManifestsIsReadOrRefused) {
  replay("manifest");
}
TEST(Corpus, OfAgentsLinesIsRead) {
  replay("agent");
}

}  // namespace
