// See fixture.h.
#include "tests/kernel/escapes/fixture.h"

#include <sys/capability.h>

#include <filesystem>
#include <sstream>

#include "base/sys/file.h"

namespace escapes {

namespace {

std::vector<std::string> all_capabilities() {
  std::vector<std::string> names;
  for (cap_value_t value = 0; value < cap_max_bits(); ++value) {
    if (cap_get_bound(value) != 1) continue;
    char* name = ::cap_to_name(value);
    std::string upper = name;
    ::cap_free(name);
    for (char& letter : upper)
      letter = static_cast<char>(std::toupper(letter));
    names.push_back(upper);
  }
  return names;
}

}  // namespace

std::string name_of(Default which) {
  return which == Default::spec ? "Spec" : "Engine";
}

Answers answers_in(const std::string& text) {
  Answers answers;
  std::istringstream lines(text);
  for (std::string name, answer; lines >> name && std::getline(lines >> std::ws, answer);)
    answers[name] = answer;
  return answers;
}

std::unique_ptr<Bundle> spec_bundle(const Host& host, const std::vector<std::string>& arguments) {
  auto bundle = std::make_unique<Bundle>("");
  std::filesystem::remove(bundle->path() + "/config.json");
  const Output written =
      testing_bundle::run_program({testing_bundle::runtime(), "spec", "--bundle", bundle->path()});
  if (written.status.shell_code() != 0) throw std::runtime_error(written.errors);
  bundle->config = nlohmann::json::parse(sys::read_file(bundle->path() + "/config.json"));
  bundle->config["process"]["terminal"] = false;
  bundle->config["process"]["args"] = arguments;
  bundle->config["mounts"].push_back(
      {{"destination", "/attack"}, {"type", "bind"}, {"source", host.lent()}, {"options", {"bind", "ro"}}});
  std::filesystem::create_directories(bundle->rootfs("/attack"));
  bundle->write();
  return bundle;
}

void tear_down_walls(nlohmann::json& config) {
  for (const char* set : {"bounding", "permitted", "effective", "inheritable"})
    config["process"]["capabilities"][set] = all_capabilities();
  config["process"]["noNewPrivileges"] = false;
  config["linux"]["resources"] = {{"devices", {{{"allow", true}, {"access", "rwm"}}}}};
  config["linux"].erase("seccomp");
  config["root"]["readonly"] = false;
  for (auto& mount : config["mounts"]) {
    auto& options = mount["options"];
    for (auto& option : options)
      if (option == "ro") option = "rw";
  }
}

void uncover(nlohmann::json& config) {
  config["linux"]["maskedPaths"] = config["linux"]["readonlyPaths"] = nlohmann::json::array();
}

void remove_namespace(nlohmann::json& config, const std::string& type) {
  auto& list = config["linux"]["namespaces"];
  for (auto one = list.begin(); one != list.end();)
    one = (*one)["type"] == type ? list.erase(one) : one + 1;
}

void Escape::SetUp() {
  if (const std::string why = testing_bundle::missing(); !why.empty()) GTEST_SKIP() << why;
  sys::mkdir_parents(root_, 0711);
  host_.emplace();
}

void Escape::TearDown() {
  if (!host_) return;
  verb({"delete", "--force", id_});
  if (sys::exists(root_ + "/engine")) {
    const Output reset = engine({"reset", "-f"});
    EXPECT_EQ(reset.status.shell_code(), 0) << reset.errors;
  }
  EXPECT_EQ(host_->changes(), "");
  host_.reset();
  sys::remove_tree(root_);
}

std::vector<std::string> Escape::runtime(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {testing_bundle::runtime(), "--root", root_ + "/runtime"});
  return arguments;
}

Output Escape::verb(const std::vector<std::string>& arguments) const {
  return testing_bundle::run_program(runtime(arguments));
}

Output Escape::run(const Bundle& bundle, const std::vector<std::string>& flags) const {
  bundle.write();
  std::vector<std::string> arguments = {"run", "--bundle", bundle.path()};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  arguments.push_back(id_);
  return verb(arguments);
}

std::vector<std::string> Escape::engine_command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {ISOLAB_BIN "/mini-container", "--root", root_ + "/engine"});
  return arguments;
}

Output Escape::engine(const std::vector<std::string>& arguments) const {
  return testing_bundle::run_program(engine_command(arguments));
}

Output Escape::run_in_engine(const std::vector<std::string>& options,
                             const std::vector<std::string>& command) const {
  std::vector<std::string> arguments = {"run", "--rm", "-v", host_->lent() + ":/attack:ro"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.push_back("busybox");
  arguments.insert(arguments.end(), command.begin(), command.end());
  return engine(arguments);
}

std::vector<std::string> Escape::attack(const std::string& topic) const {
  std::vector<std::string> command = {"/attack/attacks", topic};
  for (const std::string& fact : host_->facts())
    command.push_back(fact);
  return command;
}

Answers Escape::answers(Default which, const std::string& topic) const {
  const Output output =
      which == Default::spec ? run(*spec_bundle(*host_, attack(topic))) : run_in_engine({}, attack(topic));
  EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_THAT(output.text, testing::EndsWith("end\n")) << output.errors;
  return answers_in(output.text);
}

Answers Escape::answers_without(const std::function<void(nlohmann::json&)>& change, const std::string& topic,
                                const std::vector<std::string>& flags) const {
  const auto bundle = spec_bundle(*host_, attack(topic));
  change(bundle->config);
  const Output output = run(*bundle, flags);
  EXPECT_THAT(output.text, testing::EndsWith("end\n")) << output.errors;
  return answers_in(output.text);
}

namespace {

std::string answer_to(const char* attempt, const Answers& answers) {
  const auto found = answers.find(attempt);
  return found == answers.end() ? "nothing: it was not tried" : found->second;
}

}  // namespace

void expect_stopped(const Answers& answers, const std::vector<Expected>& expected) {
  for (const Expected& one : expected)
    EXPECT_THAT(one.stopped, testing::Contains(answer_to(one.attempt, answers))) << one.attempt;
}

void expect_real(const Answers& answers, const std::vector<Expected>& expected) {
  for (const Expected& one : expected)
    EXPECT_THAT(one.without_walls, testing::Contains(answer_to(one.attempt, answers))) << one.attempt;
}

}  // namespace escapes
