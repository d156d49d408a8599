// Reading the small text formats of control group files. A file that is not there is no figure. Internal to cgroup.
// Reads: Linux admin-guide/cgroup-v2.rst (interface files, format).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cgroup {

std::optional<std::uint64_t> to_number(std::string_view text);

// The number that the file holds; nullopt for "max" too.
std::optional<std::uint64_t> number_in(const std::string& path);
// The same where "max" stands for no limit: the largest number.
std::optional<std::uint64_t> limit_in(const std::string& path);
// "1 2 3".
std::vector<std::uint64_t> numbers_in(const std::string& path);
// "name 12" a line.
std::map<std::string, std::uint64_t> fields_in(const std::string& path);
std::optional<std::uint64_t> field_in(const std::string& path, const std::string& field);
// "0-2,7": {0, 1, 2, 7}.
std::vector<unsigned> list_in(const std::string& path);

}  // namespace cgroup
