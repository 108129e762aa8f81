# Headers that most sources have, compiled once: of the standard library for every module, those of I/O for the modules
# that do any. A source still includes what it uses: the preset tidy compiles all of them without.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/nothing.cpp CONTENT "")
function(carillon_precompiled NAME)
    cmake_parse_arguments(PCH "" "" "HEADERS;LIBRARIES" ${ARGN})
    add_library(${NAME} OBJECT ${CMAKE_BINARY_DIR}/nothing.cpp)
    target_link_libraries(${NAME} PRIVATE ${PCH_LIBRARIES})
    target_precompile_headers(${NAME} PRIVATE ${PCH_HEADERS})
endfunction()

set(STANDARD_HEADERS
    <algorithm> <array> <charconv> <chrono> <deque> <functional> <map> <memory> <optional> <set> <span> <string>
    <string_view> <utility> <variant> <vector>
    <boost/unordered/unordered_flat_map.hpp>)
carillon_precompiled(carillon_standard_headers HEADERS ${STANDARD_HEADERS} LIBRARIES carillon_flags carillon_hardening Boost::boost)

# What modules with I/O are linked to, whether they use all of it or not: targets that share precompiled headers must
# share the definitions that these were compiled with.
add_library(carillon_io INTERFACE)
target_link_libraries(carillon_io INTERFACE carillon_asio spdlog::spdlog)
carillon_precompiled(carillon_io_headers
    HEADERS ${STANDARD_HEADERS}
            <boost/asio/awaitable.hpp> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp>
            <boost/asio/steady_timer.hpp> <boost/beast/http/string_body.hpp> <boost/beast/http/message.hpp>
            <spdlog/spdlog.h>
    LIBRARIES carillon_flags carillon_hardening carillon_io)

# carillon_module(<name> [PURE] [IO] [SOURCES …] [USES <module>…] [LIBRARIES …])
#
# One static library per module. USES names every module whose headers it includes; the ctest `layers` compares that
# with its #include lines and with the table in docs/architecture.md. The public headers of a module are those under
# include/carillon/<name>/, each of which must compile by itself. PURE: it has no sockets, threads, files or logs, and
# the same ctest fails on their headers. IO: it has sockets, timers or logs.
function(carillon_module NAME)
    cmake_parse_arguments(MODULE "PURE;IO" "" "SOURCES;USES;LIBRARIES" ${ARGN})
    set(TARGET carillon_${NAME})
    file(GLOB_RECURSE HEADERS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/carillon/${NAME}/*.hpp)
    list(TRANSFORM MODULE_USES PREPEND carillon_)
    if(MODULE_SOURCES)
        add_library(${TARGET} STATIC ${MODULE_SOURCES})
        target_link_libraries(${TARGET} PRIVATE carillon_hardening)
        set(SCOPE PUBLIC)
        target_include_directories(${TARGET} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
        if(MODULE_IO)
            target_link_libraries(${TARGET} PUBLIC carillon_io)
            target_precompile_headers(${TARGET} REUSE_FROM carillon_io_headers)
        else()
            target_precompile_headers(${TARGET} REUSE_FROM carillon_standard_headers)
        endif()
    else()
        add_library(${TARGET} INTERFACE)
        set(SCOPE INTERFACE)
    endif()
    target_sources(${TARGET} ${SCOPE} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/include
                   FILES ${HEADERS})
    set_target_properties(${TARGET} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_link_libraries(${TARGET} ${SCOPE} carillon_flags ${MODULE_USES} ${MODULE_LIBRARIES})
endfunction()
