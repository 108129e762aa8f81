#include "carillon/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace carillon {
namespace {

void set(int descriptor, int level, int name, int value) noexcept {
    ::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

void apply_connection_options(int listener) noexcept {
    set(listener, IPPROTO_TCP, TCP_NODELAY, 1);
    set(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 128 * 1024);
    set(listener, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

}  // namespace carillon
