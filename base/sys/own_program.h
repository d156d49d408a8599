// Whether someone who gets hold of this process's own program file could write to it, and what to do then
// (CVE-2019-5736; guarded_start.cpp tells the story). Reads: memfd_create(2), fcntl(2) (F_ADD_SEALS), statfs(2),
// sendfile(2), madvise(2), end(3).
#pragma once

#include "base/sys/call.h"

namespace sys {

// True on a read-only mount, or in a sealed memory file.
bool own_program_is_protected(Where where = Where::current());

// Continues as a sealed copy in memory if the program is not protected: for callers without the privilege to clone
// a mount. Call it before anything else is done: it starts main() again.
void protect_own_program(char** arguments, Where where = Where::current());

// Takes this program's instructions out of its memory: those that run next come back, a few at a time, from the file that
// the kernel has cached anyway. For a program that has done its work and now waits for days.
void give_back_own_text(Where where = Where::current());

}  // namespace sys
