// What containers are called: 64 random hexadecimal digits, of which lists show twelve, and a name that a
// person can say.
#pragma once

#include <functional>
#include <string>

namespace engine {

// From the kernel's random numbers. Reads: random(4).
std::string new_id();
std::string short_id(const std::string& id);
// Whether `text` is what new_id makes.
bool is_id(const std::string& text);

// "quiet_harbor"; `number` picks it.
std::string name_for(std::uint64_t number);
std::uint64_t random_number();

// Docker's rule: a letter or digit, then letters, digits, "_", "." and "-". Throws std::invalid_argument.
void check_name(const std::string& name);

}  // namespace engine
