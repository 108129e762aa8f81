#include <iostream>

#include "commands.hpp"

namespace carillon {

int version_command() {
    std::cout << "carillon " << CARILLON_VERSION << '\n';
    return 0;
}

}  // namespace carillon
