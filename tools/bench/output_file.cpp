#include "output_file.hpp"

#include <fstream>
#include <iostream>
#include <stdexcept>

namespace carillon::bench {

void write_output(const std::string& name, std::string_view text) {
    std::ofstream file;
    if (name != "-") file.open(name);
    std::ostream& out = name == "-" ? std::cout : file;
    if (!(out << text << std::flush)) throw std::runtime_error("cannot write " + name);
}

}  // namespace carillon::bench
