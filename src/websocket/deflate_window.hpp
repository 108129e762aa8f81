#pragma once

namespace carillon {

/// Base 2 logarithm of the window that messages are compressed with. 4 KiB: compresses messages of
/// the usual size as well as a larger one, is quicker to set up per message, and most clients allow
/// it.
inline constexpr int deflate_window_bits = 12;

}  // namespace carillon
