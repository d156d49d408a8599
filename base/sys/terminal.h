// Terminals: pseudo-terminal pairs, window size, and raw mode that is always undone.
// Reads: pty(7), ioctl(2), ioctl_tty(2), read(2), termios(3), pts(4).
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

#include <string>

#include "base/sys/fd.h"

namespace sys {

bool isatty(int fd);

struct Pty {
  UniqueFd master;
  std::string path;  // of the terminal end: "/dev/pts/3", in the devpts that the master was opened from
};
// Opens `ptmx` ("/dev/ptmx" or a container's /dev/pts/ptmx) and unlocks its terminal end.
Pty open_pty(const std::string& ptmx, Where where = Where::current());
// Unlocks the pair behind `master` (TIOCSPTLCK) and opens its terminal end without any path (TIOCGPTPEER).
UniqueFd open_pty_peer(int master, Where where = Where::current());
// TIOCSCTTY: makes `fd` the controlling terminal of this session leader.
void set_controlling_terminal(int fd, Where where = Where::current());

// read(2) on the master end: 0 also when the last holder of the terminal end is gone (EIO).
std::size_t read_terminal(int master, std::span<char> buffer, Where where = Where::current());

winsize window_size(int fd, Where where = Where::current());
void set_window_size(int fd, const winsize& size, Where where = Where::current());

// Lines that are printed end with a line feed alone (ONLCR off), for who keeps them in a file.
void end_lines_plainly(int fd, Where where = Where::current());

// tcdrain(3): waits until the line has sent what was written. False on what is no terminal.
bool drain(int fd, Where where = Where::current());

// Raw mode while it lives; restores what was there before. Does nothing on what is no terminal.
class RawMode {
 public:
  explicit RawMode(int fd, Where where = Where::current());
  ~RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  int fd_;
  bool active_;
  termios before_{};
};

// What is typed is not shown while it lives; for passwords. Does nothing on what is no terminal.
class NoEcho {
 public:
  explicit NoEcho(int fd, Where where = Where::current());
  ~NoEcho();
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int fd_;
  bool active_;
  termios before_{};
};

}  // namespace sys
