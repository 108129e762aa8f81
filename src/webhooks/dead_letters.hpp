#pragma once

#include <cstddef>
#include <string>

#include "stored_delivery.hpp"

namespace carillon {

/// The file of what was given up. Opened and locked (flock(2)) for each delivery, so that whoever
/// replays may take the file away. One thread.
class DeadLetters {
public:
    /// `file` "": nothing is kept.
    DeadLetters(std::string file, std::size_t bytes_max)
        : file_(std::move(file)), bytes_max_(bytes_max) {}

    /// Throws std::runtime_error if there is to be a file, and it cannot be written to.
    void check() const;

    /// False if it could not be kept: no file, a full one, or an error, which is logged once until
    /// a delivery is kept again.
    bool store(const StoredDelivery& delivery);

private:
    [[nodiscard]] bool append(const std::string& line);
    bool report_failure(const std::string& why);

    std::string file_;
    std::size_t bytes_max_;
    bool failing_ = false;
};

}  // namespace carillon
