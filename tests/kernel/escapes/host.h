// The host as an attacker would like to reach it: a secret, a process, a key, and what must be the same afterwards.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/sys/process.h"
#include "tests/support/temporary_folder.h"

namespace escapes {

class Host {
 public:
  Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Lent to the container at /attack: it holds the program `attacks`. The secret lies beside it, not in it.
  std::string lent() const { return place("lent"); }
  std::string secret() const { return place("host/secret"); }
  std::string place(const std::string& name) const { return folder_ / name; }
  // All that an attacker could find out about this host, as arguments of `attacks`.
  std::vector<std::string> facts() const;
  // What is not as it was at the beginning; "" if the host is untouched.
  std::string changes();

 private:
  std::string state() const;

  support::TemporaryFolder folder_{"host"};
  sys::Child process_;   // waits for SIGURG, and says so
  sys::UniqueFd heard_;  // what it says
  long keyring_ = 0, key_ = 0;
  std::string before_;
};

// "type:hexadecimal bytes" of name_to_handle_at(2); "" where the file system has no handles.
std::string handle_of(const std::string& path);

}  // namespace escapes
