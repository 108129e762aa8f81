// The one place where the functions of Asio and Beast are compiled: see carillon_asio in
// Dependencies.cmake.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
