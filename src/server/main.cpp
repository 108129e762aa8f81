#include <fcntl.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <exception>
#include <iostream>

#include "command_line.hpp"

namespace {

/// A standard descriptor that is closed would be the next one opened: the log would go into a
/// socket.
void open_standard_descriptors() {
    int descriptor = 0;
    do {
        descriptor = ::open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    ::close(descriptor);
}

}  // namespace

int main(int argc, char** argv) {
    open_standard_descriptors();
    try {
        return carillon::run_command_line(argc, argv);
    } catch (const boost::system::system_error& error) {
        std::cerr << "carillon: " << error.code().message() << '\n';
    } catch (const std::exception& error) {
        std::cerr << "carillon: " << error.what() << '\n';
    }
    return 1;
}
