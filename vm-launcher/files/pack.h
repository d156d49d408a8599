// A file, or a directory with all beneath it, as a tar. No link is followed; of a file exactly as many bytes are taken
// as its header says, and what goes away meanwhile is left out. Sockets and extended attributes are no part of it.
// Reads: tar(5), openat(2), libarchive(3).
#pragma once

#include <string>

namespace vm {

// Writes the tar to `output`, in which `path` is called `as`; "." gives a directory's content alone.
void pack(const std::string& path, const std::string& as, int output);

}  // namespace vm
