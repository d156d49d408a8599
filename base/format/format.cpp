// The library fmt, compiled once. Debian brings it as headers and as a shared library only; mini-runtime is static, and as headers
// (FMT_HEADER_ONLY) every source of the tree would compile all of it again, which was half of the time of a build.
// Here is what fmt's headers declare and leave to one place. Reads: https://fmt.dev/9.1.0/api.html
#include <fmt/format-inl.h>

namespace fmt::detail {

template locale_ref::locale_ref(const std::locale&);
template std::locale locale_ref::get<std::locale>() const;
template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl<char>(locale_ref) -> char;
template void buffer<char>::append(const char*, const char*);
template void vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>, locale_ref);
template auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;

}  // namespace fmt::detail
