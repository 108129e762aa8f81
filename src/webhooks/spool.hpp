#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "carillon/webhooks/spooled_departure.hpp"
#include "stored_delivery.hpp"

namespace carillon {

/// The directory of files that keep webhooks across a restart. A file that was read is removed once
/// all of its webhooks have been delivered, given up or spooled again, so a crash loses none.
class Spool {
public:
    explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

    struct Contents {
        std::vector<StoredDelivery> deliveries;
        std::vector<SpooledDeparture> departures;
    };
    /// Everything that earlier runs stored, oldest first. Throws std::runtime_error that names the
    /// directory or file if it cannot be read, or the directory is not writable.
    [[nodiscard]] Contents read() const;

    /// Writes one file, or none if `contents` is empty. Throws std::runtime_error; no file is then
    /// left behind.
    void write(const Contents& contents) const;

private:
    std::filesystem::path directory_;
};

}  // namespace carillon
