#include <boost/system/system_error.hpp>
#include <exception>
#include <iostream>

#include "command_line.hpp"

int main(int argc, char** argv) {
    try {
        return carillon::run_command_line(argc, argv);
    } catch (const boost::system::system_error& error) {
        std::cerr << "carillon: " << error.code().message() << '\n';
    } catch (const std::exception& error) {
        std::cerr << "carillon: " << error.what() << '\n';
    }
    return 1;
}
