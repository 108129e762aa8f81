#pragma once

#include "carillon/config/configuration.hpp"

namespace carillon {

/// Logs go to standard error, as text or one JSON object a line.
void set_up_log(const LogOptions& options);

}  // namespace carillon
