// See terminal.h.
#include "base/sys/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace sys {

bool isatty(int fd) {
  return ::isatty(fd) == 1;
}

Pty open_pty(const std::string& ptmx, Where where) {
  // O_NOCTTY: a session leader without terminal would otherwise acquire this one.
  Pty pty{open(ptmx, O_RDWR | O_NOCTTY, 0, where), {}};
  const int unlock = 0;
  call(
      "ioctl", [] { return std::string("TIOCSPTLCK, 0"); },
      [&] { return ::ioctl(pty.master.get(), TIOCSPTLCK, &unlock); }, where);
  unsigned number = 0;
  call(
      "ioctl", [] { return std::string("TIOCGPTN"); },
      [&] { return ::ioctl(pty.master.get(), TIOCGPTN, &number); }, where);
  pty.path = fmt::format("/dev/pts/{}", number);
  return pty;
}

UniqueFd open_pty_peer(int master, Where where) {
  const int unlock = 0;
  call(
      "ioctl", [&] { return fmt::format("fd {}, TIOCSPTLCK, 0", master); },
      [&] { return ::ioctl(master, TIOCSPTLCK, &unlock); }, where);
  return UniqueFd(call(
      "ioctl", [&] { return fmt::format("fd {}, TIOCGPTPEER", master); },
      [&] { return ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC); }, where));
}

void set_controlling_terminal(int fd, Where where) {
  call(
      "ioctl", [&] { return fmt::format("fd {}, TIOCSCTTY", fd); }, [&] { return ::ioctl(fd, TIOCSCTTY, 0); },
      where);
}

std::size_t read_terminal(int master, std::span<char> buffer, Where where) {
  const auto outcome = attempt(
      "read", [&] { return fmt::format("terminal, fd {}", master); },
      retry([&] { return ::read(master, buffer.data(), buffer.size()); }), where);
  if (outcome.ok()) return static_cast<std::size_t>(outcome.value);
  if (outcome.error == EIO) return 0;
  throw Error(outcome.error, "read", fmt::format("terminal, fd {}", master),
              std::string(trace::Phase::current()));
}

winsize window_size(int fd, Where where) {
  winsize size{};
  call(
      "ioctl", [&] { return fmt::format("fd {}, TIOCGWINSZ", fd); },
      [&] { return ::ioctl(fd, TIOCGWINSZ, &size); }, where);
  return size;
}

void set_window_size(int fd, const winsize& size, Where where) {
  call(
      "ioctl", [&] { return fmt::format("fd {}, TIOCSWINSZ, {}x{}", fd, size.ws_col, size.ws_row); },
      [&] { return ::ioctl(fd, TIOCSWINSZ, &size); }, where);
}

void end_lines_plainly(int fd, Where where) {
  termios settings{};
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCGETS", fd); }, [&] { return ::tcgetattr(fd, &settings); },
      where);
  settings.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCSETS, without ONLCR", fd); },
      [&] { return ::tcsetattr(fd, TCSANOW, &settings); }, where);
}

bool drain(int fd, Where where) {
  return attempt(
             "ioctl", [&] { return fmt::format("fd {}, TCSBRK, 1", fd); }, [&] { return ::tcdrain(fd); },
             where)
      .ok();
}

RawMode::RawMode(int fd, Where where) : fd_(fd), active_(isatty(fd)) {
  if (!active_) return;
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCGETS", fd); }, [&] { return ::tcgetattr(fd, &before_); },
      where);
  termios raw = before_;
  ::cfmakeraw(&raw);
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCSETS, raw", fd); },
      [&] { return ::tcsetattr(fd, TCSANOW, &raw); }, where);
}

RawMode::~RawMode() {
  if (active_) ::tcsetattr(fd_, TCSANOW, &before_);
}

NoEcho::NoEcho(int fd, Where where) : fd_(fd), active_(isatty(fd)) {
  if (!active_) return;
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCGETS", fd); }, [&] { return ::tcgetattr(fd, &before_); },
      where);
  termios silent = before_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  call(
      "ioctl", [&] { return fmt::format("fd {}, TCSETS, without ECHO", fd); },
      [&] { return ::tcsetattr(fd, TCSAFLUSH, &silent); }, where);
}

NoEcho::~NoEcho() {
  if (active_) ::tcsetattr(fd_, TCSANOW, &before_);
}

}  // namespace sys
