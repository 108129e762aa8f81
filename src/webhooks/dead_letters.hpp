#pragma once

#include <cstddef>
#include <string>

#include "stored_delivery.hpp"

namespace carillon {

/// The file of webhooks that were given up, one line of JSON per delivery. It is opened and locked
/// (flock(2)) for each line, so that `replay_dead_letters` may rename it at any time. One thread.
class DeadLetters {
public:
    /// `file`: "" stores nothing. `bytes_max`: maximum size of the file.
    DeadLetters(std::string file, std::size_t bytes_max)
        : file_(std::move(file)), bytes_max_(bytes_max) {}

    /// Throws std::runtime_error if a file is configured and cannot be written.
    void check() const;

    /// False if it could not be stored: no file is configured, it is full, or writing failed.
    /// A failure is logged once, and again only after a success.
    bool store(const StoredDelivery& delivery);

private:
    [[nodiscard]] bool append(const std::string& line);
    bool report_failure(const std::string& why);

    std::string file_;
    std::size_t bytes_max_;
    bool failing_ = false;
};

}  // namespace carillon
