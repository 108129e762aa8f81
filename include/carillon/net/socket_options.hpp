#pragma once

namespace carillon {

/// Sets on a listening socket what every connection gets that it accepts (Linux hands these options
/// on, which saves three system calls per connection): TCP_NODELAY (frames are gathered by us),
/// TCP_NOTSENT_LOWAT (the kernel holds at most 128 KiB that it has not sent yet) and
/// TCP_USER_TIMEOUT (a peer that acknowledges nothing for 30 s is dead). Failures are ignored: they
/// cost speed, not correctness.
void apply_connection_options(int listener) noexcept;

}  // namespace carillon
