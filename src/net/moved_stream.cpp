#include "carillon/net/moved_stream.hpp"

#include <unistd.h>

#include <utility>

namespace carillon {

MovedStream::MovedStream(MovedStream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      peer_(std::move(other.peer_)),
      tls_(std::move(other.tls_)) {}

MovedStream::~MovedStream() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace carillon
