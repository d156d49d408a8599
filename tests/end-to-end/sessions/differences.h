// The checked-in list of what may differ between Docker and mini-container, each with its reason (differences.txt).
//
// The list is made of blocks with an empty line between them; a line is a word, a colon and a text. Two kinds of blocks:
//   rewrite, from, to, session, because    a regular expression for lines of "docker" or "ours", in every session;
//                                          `session` is one where it changes something
//   session, step, docker, ours, because   the lines of one step that differ, as they are when normalised and rewritten;
//                                          `docker` and `ours` as often as there are lines
#pragma once

#include <regex>

#include "tests/end-to-end/sessions/transcript.h"

namespace sessions {

class Differences {
 public:
  // Throws if a block lacks a member, or a reason.
  explicit Differences(const std::string& text);

  // Whether a `rewrite` of that side leaves nothing of the line is told by an empty result: such a line is dropped.
  Lines rewritten(bool docker, const Lines& lines);
  // Marks the entry as used.
  bool allows(const std::string& session, const std::string& command, const Hunk& hunk);
  // The entries of `session` that nothing needed: what they tell is no longer true.
  Lines unused(const std::string& session) const;

 private:
  struct Rewrite {
    bool docker = false;
    std::regex from;
    std::string to;
  };
  struct Entry {
    std::string session, what, because;
    std::string command;
    Hunk hunk;
    Rewrite rewrite;
    bool used = false;
  };
  void add(const Lines& block);

  std::vector<Entry> entries_;
};

}  // namespace sessions
