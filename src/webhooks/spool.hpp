#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "carillon/webhooks/spooled_departure.hpp"
#include "stored_delivery.hpp"

namespace carillon {

/// Files in which webhooks outlive the server. A file that was read stays until all of its webhooks
/// have been delivered, given up or spooled again, so a crash loses none of them.
class Spool {
public:
    explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

    struct Contents {
        std::vector<StoredDelivery> deliveries;
        std::vector<SpooledDeparture> departures;
    };
    /// All that earlier runs left, oldest first. Throws std::runtime_error that names the directory
    /// or file if it cannot be read, or the directory cannot be written to.
    [[nodiscard]] Contents read() const;

    /// Throws std::runtime_error; nothing of it is then there.
    void write(const Contents& contents) const;

private:
    std::filesystem::path directory_;
};

}  // namespace carillon
