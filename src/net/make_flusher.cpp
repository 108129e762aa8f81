#include <stdexcept>
#include <string>
#include <system_error>

#include "carillon/net/flusher.hpp"

namespace carillon {

std::unique_ptr<Flusher> make_flusher(std::string_view name) {
    if (name == "gathered") return make_gathered_flusher();
    try {
        return make_uring_flusher();
    } catch (const std::system_error& error) {
        if (name == "auto") return make_gathered_flusher();
        throw std::runtime_error("flusher: io_uring is not available: " + error.code().message());
    }
}

}  // namespace carillon
