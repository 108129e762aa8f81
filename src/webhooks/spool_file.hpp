#pragma once

#include <filesystem>
#include <system_error>
#include <utility>

namespace carillon {

/// A file that was read from the spool. Its events share it; it is removed with the last of them.
class SpoolFile {
public:
    explicit SpoolFile(std::filesystem::path path) : path_(std::move(path)) {}
    ~SpoolFile() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove(path_, ignored);
    }
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    /// The file is not removed: it has an event that is stored nowhere else.
    void keep() noexcept { kept_ = true; }
    /// The file may be removed.
    void release() noexcept { kept_ = false; }

private:
    std::filesystem::path path_;
    bool kept_ = true;  ///< released once all of the spool has been read
};

}  // namespace carillon
