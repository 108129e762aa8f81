#pragma once

#include <filesystem>
#include <system_error>
#include <utility>

namespace carillon {

/// A file that was read from the spool: goes away with the last webhook that came from it.
class SpoolFile {
public:
    explicit SpoolFile(std::filesystem::path path) : path_(std::move(path)) {}
    ~SpoolFile() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove(path_, ignored);
    }
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    /// It stays where it is, since something that came from it is nowhere else.
    void keep() noexcept { kept_ = true; }
    void release() noexcept { kept_ = false; }

private:
    std::filesystem::path path_;
    bool kept_ = true;  ///< until all of the spool has been read
};

}  // namespace carillon
