// Lets the embedded libvirt start on a host without the system user "libvirt-qemu".
//
// As root, libvirt's QEMU driver looks that user up before it reads the configuration that names another one, and
// refuses to start without. Only Debian's daemon package makes the user, and the daemon is what we do without. So
// this program answers the look-up itself: its own getpwnam_r and getgrnam_r come before the C library's for every
// library it loads. All other names go through. Reads: getpwnam_r(3), ld.so(8), dlsym(3) RTLD_NEXT.
#pragma once

namespace vm::libvirt {

// Does nothing but make the linker keep the two functions.
void answer_for_missing_user();

}  // namespace vm::libvirt
