// The seed of cloud-init: a small disk from which a distribution's system learns at its first boot who it is and what to do.
// An ISO 9660 file system labelled "cidata" with two files, meta-data (an instance's id and name) and user-data (the
// user's). Reads: cloud-init's NoCloud data source; libarchive, archive_write_format(3).
#pragma once

#include <string>

namespace vm {

// Throws std::runtime_error if cloud-init would not know what to do with it: it ignores that in silence.
void check_user_data(const std::string& file, const std::string& content);

// WHY the instance's name is its id too: cloud-init acts once for each id, so a VM that starts again is the same instance,
// and a new VM on the same disk is another.
void write_seed(const std::string& file, const std::string& instance, const std::string& user_data);

}  // namespace vm
