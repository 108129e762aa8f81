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
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
find_path(HIREDIS_INCLUDE_DIR hiredis/hiredis.h REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
    # What precompiled headers need, and headers that were just written. Depend mode spares a run of the
    # preprocessor per miss.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_library(carillon_flags INTERFACE)
target_compile_options(carillon_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns of its own std::string concatenation in optimised builds (GCC bug 105329).
    target_compile_options(carillon_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(carillon_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)

# Asio and Beast with their functions compiled once, in here. Every source that sees their headers must see these
# definitions too, or the program has two of each function: link this, not Boost::boost, wherever they are included.
add_library(carillon_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
set_target_properties(carillon_asio PROPERTIES UNITY_BUILD OFF CXX_CLANG_TIDY "")
target_compile_definitions(carillon_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(carillon_asio PUBLIC Boost::boost OpenSSL::SSL Threads::Threads PRIVATE carillon_hardening)

# Boost.URL likewise, from the same package, so that a server needs no further library where it runs.
add_library(carillon_url STATIC ${CMAKE_SOURCE_DIR}/cmake/url.cpp)
set_target_properties(carillon_url PROPERTIES UNITY_BUILD OFF CXX_CLANG_TIDY "")
target_link_libraries(carillon_url PUBLIC Boost::boost PRIVATE carillon_hardening)
