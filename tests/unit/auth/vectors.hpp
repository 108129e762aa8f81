#pragma once

#include <string_view>

#include "carillon/base/credential.hpp"

namespace carillon {

/// Made-up credentials of wire.md 9.3, and those of the published examples.
inline const Credential vector_credential{"a1b2c3d4e5f60718293a", "0f1e2d3c4b5a69788796"};
inline const Credential published_credential{"278d425bdf160c739803", "7ad3773142a6692b25b8"};
inline constexpr std::string_view vector_socket = "12345.67890";

}  // namespace carillon
