#pragma once

namespace carillon {

/// Base 2 logarithm of the window that messages are compressed with. 4 KiB: as good as more for
/// messages of the usual size, less to set up for each, and no more than modest clients allow.
inline constexpr int deflate_window_bits = 12;

}  // namespace carillon
