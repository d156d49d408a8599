// The parts of the floor: see floor.cpp for the whole. Every failure ends the program with kFailed and a message.
#pragma once

#include <linux/filter.h>

namespace bare {

constexpr int kFailed = 125;
constexpr unsigned kMostInstructions = 4096;

// Ends the program if `result` is negative.
void check(long result, const char* what);

struct Filter {
  unsigned short length = 0;  // in instructions
  sock_filter* instructions = nullptr;
};
// `path` is a file of instructions, or "-" for none.
Filter read_filter(const char* path);
void load(const Filter& filter);

// Docker's fourteen capabilities, no_new_privs, and a limit on open files.
void drop_privileges();

void bring_loopback_up();

// Mounts and devices below `rootfs`, masks, and the pivot into it.
void build_rootfs(const char* rootfs);

}  // namespace bare
