// Attacks from inside a container with the default configuration, of which there are two: the document that
// `mini-runtime spec` writes (three capabilities, a small filter), and what `mini-container run` makes of an image
// (Docker's capabilities and seccomp profile). After each test the host is as it was.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/kernel/escapes/host.h"
#include "tests/support/bundle.h"

namespace escapes {

using testing_bundle::Bundle;
using testing_bundle::Output;

enum class Default { spec, engine };
std::string name_of(Default which);
inline void PrintTo(Default which, std::ostream* out) {
  *out << name_of(which);
}

// Attempt -> what stopped it: "EPERM", or "WORKED".
using Answers = std::map<std::string, std::string>;
inline constexpr char kWorked[] = "WORKED";
Answers answers_in(const std::string& text);

// The bundle of `mini-runtime spec` with the root file system of tests; `attacks` is at /attack/attacks.
std::unique_ptr<Bundle> spec_bundle(const Host& host, const std::vector<std::string>& arguments);
// Every power that this host can give, no filter, all devices, nothing read-only: where the attempts must work.
void tear_down_walls(nlohmann::json& config);
// Besides: nothing masked, and no path read-only.
void uncover(nlohmann::json& config);
void remove_namespace(nlohmann::json& config, const std::string& type);

class Escape : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // mini-runtime with a state directory of its own.
  std::vector<std::string> runtime(std::vector<std::string> arguments) const;
  Output verb(const std::vector<std::string>& arguments) const;
  Output run(const Bundle& bundle, const std::vector<std::string>& flags = {}) const;
  Output run_in_engine(const std::vector<std::string>& options,
                       const std::vector<std::string>& command) const;
  // mini-container with images and containers of its own.
  std::vector<std::string> engine_command(std::vector<std::string> arguments) const;
  Output engine(const std::vector<std::string>& arguments) const;
  // "attacks TOPIC FACTS..." as run inside.
  std::vector<std::string> attack(const std::string& topic) const;
  Answers answers(Default which, const std::string& topic) const;
  // The same where `change` has taken protections out of the document, and flags of `run`.
  Answers answers_without(const std::function<void(nlohmann::json&)>& change, const std::string& topic,
                          const std::vector<std::string>& flags = {}) const;

  const std::string id_ = "escape-" + std::to_string(::getpid());
  const std::string root_ = "/tmp/isolab-escape-" + std::to_string(::getpid());
  std::optional<Host> host_;
};

// What must stop an attempt, and what the kernel says to it where the walls are down: proof that it is a real one.
struct Expected {
  const char* attempt;
  std::set<std::string> stopped;
  std::set<std::string> without_walls;
};
void expect_stopped(const Answers& answers, const std::vector<Expected>& expected);
void expect_real(const Answers& answers, const std::vector<Expected>& expected);

}  // namespace escapes
