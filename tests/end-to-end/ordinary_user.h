// Runs mini-container as an ordinary user, in a home of that user's own, and leaves nothing behind. The user is "nobody", whose
// subordinate ids are those of a file that covers /etc/subuid and /etc/subgid for these commands alone: in a mount namespace of
// the test's own, which ends with it. Reads: setpriv(1), nsenter(1), subuid(5).
#pragma once

#include <string>
#include <vector>

#include "tests/end-to-end/containers.h"

namespace e2e {

class OrdinaryUser : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A shell command of root's, in the mounts and the network that the user's commands see.
  Result as_root(const std::string& script) const;
  // mini-container ARGUMENTS as the user.
  Result mini(std::vector<std::string> arguments, const std::string& input = "") const;
  std::vector<std::string> mini_command(std::vector<std::string> arguments) const;
  std::vector<std::string> user_command(const std::vector<std::string>& command) const;
  Result as_user(const std::vector<std::string>& command, const std::string& input = "") const;
  // What doctor --leaks says; "" for nothing.
  std::string leaks() const;
  // An image "made" with busybox, and /data of user 7, group 8.
  void import_image() const;

  std::string home_;
  std::string subordinate_ids_ = "nobody:700000:65536\n";
  std::string path_;           // PATH of the user's commands; the caller's if empty
  bool with_network_ = false;  // in a network namespace of the test's own

 private:
  void start_world();
  std::vector<std::string> inside(const std::vector<std::string>& command) const;
  sys::Child world_;  // holds the mount namespace, and the network
};

}  // namespace e2e
