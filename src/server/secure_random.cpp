#include "secure_random.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace carillon {

std::uint64_t secure_random() {
    std::uint64_t value = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) {
        throw std::runtime_error("the system has no random numbers");  // Ends the process.
    }
    return value;
}

}  // namespace carillon
