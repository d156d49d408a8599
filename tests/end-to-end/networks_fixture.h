// Networks as a user makes them, with web servers in containers that say who they are.
#pragma once

#include <gtest/gtest.h>

#include "tests/end-to-end/containers.h"

namespace e2e {

// A web server that says who it is.
inline std::vector<std::string> server(const std::string& word) {
  return {"busybox", "sh", "-c", "echo " + word + " > /index.html; exec httpd -f -p 80 -h /"};
}

class Networks : public Containers {
 protected:
  void network(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "network");
    const Result result = mini(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
  }
  nlohmann::json inspected(const std::string& name) const {
    return nlohmann::json::parse(mini({"network", "inspect", name}).out).at(0);
  }
  void serve(std::vector<std::string> options, const std::string& word) const {
    const auto words = server(word);
    options.insert(options.end(), words.begin(), words.end());
    detached(options);
  }
  // What the server called `name` says to a container, once it listens; "" if it does not.
  std::string said(const std::string& container, const std::string& name, bool soon = true) const {
    const auto ask = [&] {
      return mini({"exec", container, "timeout", "2", "wget", "-q", "-O", "-", "http://" + name + "/"}).out;
    };
    std::string answer = ask();
    if (soon) eventually([&] { return !answer.empty() || !(answer = ask()).empty(); });
    return answer;
  }
  static std::string at_host(const std::string& address) {
    std::string answer;
    eventually([&] {
      answer =
          run({"busybox", "timeout", "2", "busybox", "wget", "-q", "-O", "-", "http://" + address + "/"}).out;
      return !answer.empty();
    });
    return answer;
  }
};

}  // namespace e2e
