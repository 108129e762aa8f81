#include "secure_random.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace carillon {

std::uint64_t secure_random() {
    std::uint64_t number = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) {
        throw std::runtime_error("no random numbers to be had");  // Ends the process.
    }
    return number;
}

}  // namespace carillon
