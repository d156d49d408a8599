// See own_program.h.
#include "base/sys/own_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/sys/file.h"
#include "base/sys/process.h"

// By the linker: where the program file begins in memory, and where its instructions end.
extern "C" char __executable_start, etext;  // NOLINT(bugprone-reserved-identifier)

namespace sys {

namespace {

constexpr char kSelf[] = "/proc/self/exe";
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

UniqueFd memory_file_that_seals(Where where) {
  return UniqueFd(call(
      "memfd_create", [] { return std::string("mini-runtime, MFD_CLOEXEC|MFD_ALLOW_SEALING"); },
      [] { return ::memfd_create("mini-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING); }, where));
}

}  // namespace

bool own_program_is_protected(Where where) {
  struct statvfs status {};
  call(
      "statfs", [] { return std::string(kSelf); }, [&] { return ::statvfs(kSelf, &status); }, where);
  if ((status.f_flag & ST_RDONLY) != 0) return true;
  const UniqueFd self = open(kSelf, O_RDONLY, 0, where);
  const int seals = ::fcntl(self.get(), F_GET_SEALS);
  return seals >= 0 && (seals & kSeals) == kSeals;
}

void protect_own_program(char** arguments, Where where) {
  if (own_program_is_protected(where)) return;
  const UniqueFd self = open(kSelf, O_RDONLY, 0, where);
  const UniqueFd copy = memory_file_that_seals(where);
  for (auto left = static_cast<std::size_t>(fstat(self.get(), where).st_size); left > 0;) {
    left -= static_cast<std::size_t>(call(
        "sendfile", [&] { return std::string(kSelf) + " to memory"; },
        [&] { return ::sendfile(copy.get(), self.get(), nullptr, left); }, where));
  }
  call(
      "fcntl", [] { return std::string("F_ADD_SEALS"); },
      [&] { return ::fcntl(copy.get(), F_ADD_SEALS, kSeals); }, where);
  std::vector<std::string> all, environment;
  for (char** argument = arguments; *argument != nullptr; ++argument)
    all.emplace_back(*argument);
  for (char** entry = environ; *entry != nullptr; ++entry)
    environment.emplace_back(*entry);
  execveat(copy.get(), all, environment, where);
}

void give_back_own_text(Where where) {
  const auto length = static_cast<std::size_t>(&etext - &__executable_start);
  call(
      "madvise", [&] { return fmt::format("own text, {} bytes, MADV_DONTNEED", length); },
      [&] { return ::madvise(&__executable_start, length, MADV_DONTNEED); }, where);
}

}  // namespace sys
