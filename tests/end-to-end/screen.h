// A program at a terminal of its own, a pseudo-terminal as a user's, and somebody who types.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace e2e {

inline constexpr winsize kSmall = {24, 80, 0, 0};

// One program that has a terminal of its own, and somebody who types.
class Screen {
 public:
  Screen(std::vector<std::string> command, winsize size) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ~Screen() {
    ::close(master_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Reads until `text` has appeared since the last call; false if the program is silent for `milliseconds`, or ends.
  bool shows(const std::string& text, int milliseconds = 10'000) {
    while (seen_.find(text) == std::string::npos) {
      if (!read_some(milliseconds)) return false;
    }
    seen_.erase(0, seen_.find(text) + text.size());
    return true;
  }
  void type(const std::string& keys) {
    ASSERT_EQ(::write(master_, keys.data(), keys.size()), ssize_t(keys.size()));
  }
  void resize(winsize size) { ::ioctl(master_, TIOCSWINSZ, &size); }
  // Exit code, once it has ended; killed if it stays.
  int end() {
    while (read_some(10'000)) {
    }
    ::close(std::exchange(master_, -1));
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  // Ends the program as nobody expects it.
  void kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  const std::string& rest() const { return seen_; }
  // From the beginning, whatever shows() has passed.
  const std::string& all() const { return all_; }

 private:
  bool read_some(int milliseconds) {
    pollfd ready{master_, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) != 1) return false;
    char buffer[4096];
    const ssize_t count = ::read(master_, buffer, sizeof buffer);
    if (count <= 0) return false;  // EIO: the last holder of the other end is gone
    seen_.append(buffer, static_cast<std::size_t>(count));
    all_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  int master_ = -1;
  pid_t pid_ = -1;
  std::string seen_, all_;
};

}  // namespace e2e
