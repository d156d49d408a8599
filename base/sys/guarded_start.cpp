// The first instructions of a program that enters containers: before libc, it replaces itself by a read-only view of
// its own file. CVE-2019-5736: whoever gets hold of /proc/PID/exe of a runtime inside a container can open the host's
// binary for writing and own the host at the next start. Through a read-only mount nobody can, whatever he opens.
//
// WHY here: the second exec(2) costs 40 us before libc and ten times that after, since libc's start-up asks CPUID
// some 70 times and virtual machines trap each. WHY a mount: open_tree(2) + mount_setattr(2) take 2 us at any size; a
// sealed copy in memory takes 170 us per MB. Without privilege both calls fail and own_program.h makes that copy.
// Linked in with -e guarded_start. Nothing of libc works yet: raw system calls, no globals, no sink.
// Reads: open_tree(2), mount_setattr(2), execveat(2), statfs(2), x86-64 psABI (process initialization).
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mount.h>

#include <cstddef>

#if defined(__x86_64__)

namespace {

long raw_call(long number, long a, long b, long c, long d, long e) {
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}

long address(const void* pointer) {
  return reinterpret_cast<long>(pointer);
}

bool equal(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

// Verbs whose process will run inside a container. An argument that only looks like one costs 40 us.
bool enters_container(long count, char** arguments) {
  for (long i = 1; i < count; ++i) {
    if (equal(arguments[i], "run") || equal(arguments[i], "create") || equal(arguments[i], "exec"))
      return true;
  }
  return false;
}

bool on_read_only_mount(const char* path) {
  long status[16] = {};  // struct statfs: f_flags is the eleventh of its words
  constexpr long kReadOnly = 1;
  return raw_call(__NR_statfs, address(path), address(status), 0, 0, 0) == 0 && (status[10] & kReadOnly) != 0;
}

}  // namespace

extern "C" __attribute__((used)) void isolab_guard(long* stack) {
  const long count = stack[0];
  char** arguments = reinterpret_cast<char**>(stack + 1);
  char** environment = arguments + count + 1;
  const char* self = "/proc/self/exe";
  if (!enters_container(count, arguments) || on_read_only_mount(self)) return;
  const long mount =
      raw_call(__NR_open_tree, AT_FDCWD, address(self), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
  if (mount < 0) return;
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  const long set = raw_call(__NR_mount_setattr, mount, address(""), AT_EMPTY_PATH, address(&attributes),
                            static_cast<long>(sizeof attributes));
  if (set == 0) {
    raw_call(__NR_execveat, mount, address(""), address(arguments), address(environment), AT_EMPTY_PATH);
  }
  raw_call(__NR_close, mount, 0, 0, 0, 0);
}

// The kernel starts a program with the stack pointer on argc; libc's _start expects to find it so.
asm(R"(
.globl guarded_start
.type guarded_start, @function
guarded_start:
    mov %rsp, %rbx
    mov %rdx, %r12
    mov %rsp, %rdi
    call isolab_guard
    mov %rbx, %rsp
    mov %r12, %rdx
    xor %ebp, %ebp
    jmp _start
.size guarded_start, . - guarded_start
)");

#endif
