# Everything here is a Debian 12 package; packages.txt at the root names them.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_library(URING_LIBRARY uring REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(carillon_flags INTERFACE)
target_compile_options(carillon_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns of its own std::string concatenation in optimised builds (GCC bug 105329).
    target_compile_options(carillon_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(carillon_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)
