// See missing_user.h.
#include "vm-launcher/connection/missing_user.h"

#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace {

constexpr std::string_view kName = "libvirt-qemu";
// Debian's fixed number for it; used for nothing, because qemu.conf names the user that runs QEMU.
constexpr unsigned kId = 64055;

// Packs "libvirt-qemu", "x", "/nonexistent" into the caller's buffer; false if it is too small.
bool place(char* buffer, std::size_t size, char*& name, char*& password, char*& path) {
  constexpr std::string_view kAll("libvirt-qemu\0x\0/nonexistent\0", 28);
  if (size < kAll.size()) return false;
  std::memcpy(buffer, kAll.data(), kAll.size());
  name = buffer;
  password = buffer + kName.size() + 1;
  path = password + 2;
  return true;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int getpwnam_r(const char* name, struct passwd* entry, char* buffer, std::size_t size,
                          struct passwd** result) {
  const int status = next<decltype(getpwnam_r)>("getpwnam_r")(name, entry, buffer, size, result);
  if (status == ERANGE || *result != nullptr || name != kName) return status;
  if (!place(buffer, size, entry->pw_name, entry->pw_passwd, entry->pw_dir)) return ERANGE;
  entry->pw_uid = kId;
  entry->pw_gid = kId;
  entry->pw_gecos = entry->pw_passwd;
  entry->pw_shell = entry->pw_dir;
  *result = entry;
  return 0;
}

extern "C" int getgrnam_r(const char* name, struct group* entry, char* buffer, std::size_t size,
                          struct group** result) {
  static char* no_members[] = {nullptr};
  const int status = next<decltype(getgrnam_r)>("getgrnam_r")(name, entry, buffer, size, result);
  if (status == ERANGE || *result != nullptr || name != kName) return status;
  char* unused = nullptr;
  if (!place(buffer, size, entry->gr_name, entry->gr_passwd, unused)) return ERANGE;
  entry->gr_gid = kId;
  entry->gr_mem = no_members;
  *result = entry;
  return 0;
}

namespace vm::libvirt {

void answer_for_missing_user() {}

}  // namespace vm::libvirt
