// Boost.JSON, compiled into this folder: Debian's package is headers and, for who links dynamically, a library.
#include <boost/json/src.hpp>
