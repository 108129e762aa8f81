#include <exception>
#include <iostream>

#include "bench_command_line.hpp"

int main(int argc, char** argv) {
    try {
        return carillon::bench::run_bench_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "carillon-bench: " << error.what() << '\n';
        return 2;
    }
}
