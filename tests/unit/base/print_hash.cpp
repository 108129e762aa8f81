// Prints the hash of its argument, as this process has it.

#include <cstdio>

#include "carillon/base/hash.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::printf("%zx\n", carillon::StringHash{}(argv[1]));
    return 0;
}
