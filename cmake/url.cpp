// The one place where the functions of Boost.URL are compiled: see carillon_url in
// Dependencies.cmake.
#include <boost/url/src.hpp>
